import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Later } from './downloads-store.ts';

/** A short word at the edge of the window, heard once by screen readers. */
interface Notice {
  readonly id: number;
  readonly tone: 'plain' | 'danger';
  readonly title: string;
  readonly body?: string;
  readonly action?: { readonly label: string; readonly run: () => void };
}

export interface Notices {
  readonly shown: readonly Notice[];
  /** Newest last; it goes by itself after `milliseconds`. What is said again while it is still there is not said twice: it stays longer. Gives its id. */
  readonly show: (notice: Omit<Notice, 'id'>, milliseconds?: number) => number;
  readonly dismiss: (id: number) => void;
}

const shownAtOnce = 3;

export function createNoticesStore(later: Later): StoreApi<Notices> {
  let lastId = 0;
  return createStore<Notices>()((set, get) => ({
    shown: [],
    show: (notice, milliseconds = 7000) => {
      const id = ++lastId;
      set(({ shown }) => ({ shown: [...shown.filter((other) => !saysTheSame(other, notice)).slice(1 - shownAtOnce), { ...notice, id }] }));
      later(milliseconds, () => get().dismiss(id));
      return id;
    },
    dismiss: (id) => set(({ shown }) => ({ shown: shown.filter((notice) => notice.id !== id) })),
  }));
}

/** One with an action is about one thing of several, and stays. */
function saysTheSame(one: Omit<Notice, 'id'>, other: Omit<Notice, 'id'>): boolean {
  return one.tone === other.tone && one.title === other.title && one.body === other.body && !one.action && !other.action;
}
