import { useLayoutEffect, type RefObject } from 'react';

/** Writes an element's height, as it is at any time, into a property of its parent, for what must keep clear of it. */
export function useOwnHeight(element: RefObject<HTMLElement | null>, property: `--${string}`): void {
  useLayoutEffect(() => {
    const measured = element.current;
    const room = measured?.parentElement;
    if (!measured || !room) return;
    const write = () => room.style.setProperty(property, `${measured.offsetHeight}px`);
    write();
    const observer = new ResizeObserver(write);
    observer.observe(measured);
    return () => observer.disconnect();
  }, [element, property]);
}
