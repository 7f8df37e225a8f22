import { useVirtualizer } from '@tanstack/react-virtual';
import { use, useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import { ScrollContext } from './scroll-context.ts';

interface VirtualListProps<Item> {
  readonly label: string;
  readonly items: readonly Item[];
  readonly keyOf: (item: Item) => string;
  /** In CSS pixels, until the first row is drawn: those that are not drawn yet are taken to be as high as that one. */
  readonly rowHeight: number;
  readonly children: (item: Item, index: number) => ReactNode;
}

/** A list of any length inside the screen that scrolls: only rows in and near the view are in the document. */
export function VirtualList<Item>({ label, items, keyOf, rowHeight, children }: VirtualListProps<Item>) {
  const scroller = use(ScrollContext);
  const list = useRef<HTMLUListElement>(null);
  const [margin, setMargin] = useState(0);
  // How far below the scroller's start the list begins: it moves when what stands above it grows, and then the page grows.
  useLayoutEffect(() => {
    const page = list.current?.closest('.screen-page');
    if (!page || !scroller) return;
    const measure = () => {
      const top = (list.current?.getBoundingClientRect().top ?? 0) - scroller.getBoundingClientRect().top + scroller.scrollTop;
      setMargin((before) => (Math.abs(before - top) > 1 ? top : before));
    };
    const observer = new ResizeObserver(measure);
    observer.observe(page);
    return () => observer.disconnect();
  }, [scroller]);
  const [height, setHeight] = useState(rowHeight);
  // A narrower list has higher rows. Were they guessed wrong, the list would grow under one's hand.
  useLayoutEffect(() => {
    if (!list.current) return;
    let width = 0;
    const observer = new ResizeObserver(([entry]) => {
      const row = entry?.target.querySelector('li');
      if (!row || entry?.contentRect.width === width) return;
      width = entry?.contentRect.width ?? 0;
      setHeight(row.getBoundingClientRect().height);
    });
    observer.observe(list.current);
    return () => observer.disconnect();
  }, []);
  // oxlint-disable-next-line react/incompatible-library -- only the React Compiler cannot see through it, and we do not use it
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller,
    estimateSize: () => height,
    getItemKey: (index) => keyOf(items[index] as Item),
    overscan: 6,
    scrollMargin: margin,
  });
  return (
    <ul ref={list} aria-label={label} style={{ position: 'relative', blockSize: virtualizer.getTotalSize() }}>
      {virtualizer.getVirtualItems().map(({ index, key, start }) => (
        <li
          key={key}
          ref={virtualizer.measureElement}
          data-index={index}
          aria-setsize={items.length}
          aria-posinset={index + 1}
          style={{ position: 'absolute', insetInline: 0, insetBlockStart: start - margin }}
        >
          {children(items[index] as Item, index)}
        </li>
      ))}
    </ul>
  );
}
