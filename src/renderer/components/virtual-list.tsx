import { useVirtualizer } from '@tanstack/react-virtual';
import { use, useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import { ScrollContext } from './scroll-context.ts';

interface VirtualListProps<Item> {
  readonly label: string;
  readonly items: readonly Item[];
  readonly keyOf: (item: Item) => string;
  /** A guess in CSS pixels; rows are measured when shown. */
  readonly rowHeight: number;
  readonly children: (item: Item, index: number) => ReactNode;
}

/** A list of any length inside the screen that scrolls: only rows in and near the view are in the document. */
export function VirtualList<Item>({ label, items, keyOf, rowHeight, children }: VirtualListProps<Item>) {
  const scroller = use(ScrollContext);
  const list = useRef<HTMLUListElement>(null);
  const [margin, setMargin] = useState(0);
  useLayoutEffect(() => {
    if (!list.current || !scroller) return;
    const top = list.current.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop;
    setMargin((before) => (Math.abs(before - top) > 1 ? top : before));
  });
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller,
    estimateSize: () => rowHeight,
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
