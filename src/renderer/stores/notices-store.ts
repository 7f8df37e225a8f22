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
  /** Newest last; it goes by itself after `milliseconds`. Gives its id. */
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
      set(({ shown }) => ({ shown: [...shown.slice(1 - shownAtOnce), { ...notice, id }] }));
      later(milliseconds, () => get().dismiss(id));
      return id;
    },
    dismiss: (id) => set(({ shown }) => ({ shown: shown.filter((notice) => notice.id !== id) })),
  }));
}
