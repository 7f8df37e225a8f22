import { useLayoutEffect, useRef } from 'react';

/** Brings one back to where one had scrolled on a screen, and to the top of one not seen before. */
export function useScrollMemory(scroller: HTMLElement | null, key: string): void {
  const places = useRef(new Map<string, number>());
  useLayoutEffect(() => {
    if (!scroller) return;
    const remembered = places.current;
    scroller.scrollTo({ top: remembered.get(key) ?? 0, behavior: 'instant' });
    const note = () => remembered.set(key, scroller.scrollTop);
    scroller.addEventListener('scroll', note, { passive: true });
    return () => scroller.removeEventListener('scroll', note);
  }, [scroller, key]);
}
