import { createStore } from 'zustand/vanilla';
import type { DeepLink } from '../../shared/models/deep-link.ts';
import type { Remote } from '../bridge.ts';
import type { Feed } from './feed.ts';

export interface Link {
  /** What an address from outside asks for and nobody has answered yet. */
  readonly link: DeepLink | null;
  readonly done: () => void;
  /** What was put off is asked for after all. */
  readonly again: (link: DeepLink) => void;
}

/** Main keeps the last link until it is asked for, so that one that started the app is not missed. */
export function createLinkStore(remote: Remote): Feed<Link> {
  const store = createStore<Link>()((set) => ({ link: null, done: () => set({ link: null }), again: (link) => set({ link }) }));
  const take = async () => {
    const { link } = await remote.call('shell.takeLink');
    if (link) store.setState({ link });
  };
  return {
    store,
    start: () => {
      void take();
      return remote.on('shell.linkReceived', () => void take());
    },
  };
}
