import type { StoreApi } from 'zustand/vanilla';

/** A store of one domain, with the function that makes it follow main and gives back the one that stops it. */
export interface Feed<State> {
  readonly store: StoreApi<State>;
  readonly start: () => () => void;
}
