import { createStore } from 'zustand/vanilla';
import type { CatalogView } from '../../shared/contracts/catalog.ts';
import { isTeachifyError, type TeachifyError } from '../../shared/errors.ts';
import type { Remote } from '../bridge.ts';
import type { Feed } from './feed.ts';
import { follow } from './follow.ts';

export interface Catalog {
  /** Null until main has answered. */
  readonly view: CatalogView | null;
  /** Why the last look at the server failed; what was seen before is still shown. */
  readonly failure: TeachifyError | null;
  readonly refreshing: boolean;
  readonly refresh: () => Promise<void>;
}

export function createCatalogStore(remote: Remote): Feed<Catalog> {
  const store = createStore<Catalog>()((set) => ({
    view: null,
    failure: null,
    refreshing: false,
    refresh: async () => {
      set({ refreshing: true });
      try {
        await remote.call('catalog.refresh');
        set({ failure: null });
      } catch (error) {
        if (!isTeachifyError(error)) throw error;
        set({ failure: error });
      } finally {
        set({ refreshing: false });
      }
    },
  }));
  return {
    store,
    start: () =>
      follow({
        listen: (apply) => remote.on('catalog.changed', apply),
        load: () => remote.call('catalog.view'),
        apply: (view) => store.setState({ view }),
        failed: (error) => {
          if (isTeachifyError(error)) store.setState({ failure: error });
        },
      }),
  };
}
