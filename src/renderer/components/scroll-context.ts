import { createContext } from 'react';

/** The element that scrolls around a screen's content; null until it is there. */
export const ScrollContext = createContext<HTMLElement | null>(null);
