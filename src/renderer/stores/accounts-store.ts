import { createStore } from 'zustand/vanilla';
import type { AccountsState } from '../../shared/contracts/accounts.ts';
import type { Remote } from '../bridge.ts';
import type { Feed } from './feed.ts';
import { follow } from './follow.ts';

export interface Accounts {
  /** Null until main has answered. */
  readonly state: AccountsState | null;
  readonly checkServer: (serverUrl: string) => Promise<void>;
  readonly signIn: (email: string, password: string) => Promise<void>;
  readonly signOut: () => Promise<void>;
}

export function createAccountsStore(remote: Remote): Feed<Accounts> {
  const store = createStore<Accounts>()((set) => ({
    state: null,
    checkServer: async (serverUrl) => set({ state: await remote.call('accounts.checkServer', { serverUrl }) }),
    signIn: async (email, password) => set({ state: await remote.call('accounts.signIn', { email, password }) }),
    signOut: async () => set({ state: await remote.call('accounts.signOut') }),
  }));
  return {
    store,
    start: () =>
      follow({
        listen: (apply) => remote.on('accounts.changed', apply),
        load: () => remote.call('accounts.state'),
        apply: (state) => store.setState({ state }),
      }),
  };
}
