import { createStore } from 'zustand/vanilla';
import type { AccountsState, BackPage, PinProof } from '../../shared/contracts/accounts.ts';
import type { Remote } from '../bridge.ts';
import type { Feed } from './feed.ts';
import { follow } from './follow.ts';

/** Somebody is about to sign in beside whoever is here: one of this machine's students again, or a new one. */
export type Entering = { readonly again: string | null };

export interface Accounts {
  /** Null until main has answered. */
  readonly state: AccountsState | null;
  readonly entering: Entering | null;
  readonly enter: (entering: Entering | null) => void;
  readonly checkServer: (serverUrl: string, unencrypted?: boolean) => Promise<void>;
  /** `again` is the account of a student of this machine. */
  readonly signIn: (email: string, password: string, again: string | null) => Promise<void>;
  /** At the school's own page, in the system's browser. */
  readonly signInByBrowser: (again: string | null, backPage: BackPage) => Promise<void>;
  readonly stopBrowserSignIn: () => Promise<void>;
  readonly signOut: () => Promise<void>;
  readonly choose: (accountId: string, pin: string | null) => Promise<void>;
  /** `proof` where there is one already. */
  readonly setPin: (pin: string | null, proof: PinProof | null) => Promise<void>;
  readonly lock: () => Promise<void>;
  /** Nobody is here; everybody may choose. */
  readonly stepAside: () => Promise<void>;
}

export function createAccountsStore(remote: Remote): Feed<Accounts> {
  const store = createStore<Accounts>()((set) => ({
    state: null,
    entering: null,
    enter: (entering) => set({ entering }),
    checkServer: async (serverUrl, unencrypted = false) => set({ state: await remote.call('accounts.checkServer', { serverUrl, ...(unencrypted ? { unencrypted } : {}) }) }),
    signIn: async (email, password, again) => {
      const state = await remote.call('accounts.signIn', { email, password, ...(again === null ? {} : { again }) });
      set({ state, entering: null });
    },
    signInByBrowser: async (again, backPage) => set({ state: await remote.call('accounts.signInByBrowser', { backPage, ...(again === null ? {} : { again }) }), entering: null }),
    stopBrowserSignIn: () => remote.call('accounts.stopBrowserSignIn'),
    signOut: async () => set({ state: await remote.call('accounts.signOut') }),
    choose: async (accountId, pin) => set({ state: await remote.call('accounts.choose', { accountId, pin }), entering: null }),
    setPin: async (pin, proof) => set({ state: await remote.call('accounts.setPin', { pin, proof }) }),
    lock: async () => set({ state: await remote.call('accounts.lock') }),
    stepAside: async () => set({ state: await remote.call('accounts.stepAside') }),
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
