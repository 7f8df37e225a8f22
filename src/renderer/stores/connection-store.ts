import { createStore } from 'zustand/vanilla';
import type { ConnectionState } from '../../shared/contracts/connection.ts';
import type { Remote } from '../bridge.ts';
import type { Feed } from './feed.ts';
import { follow } from './follow.ts';

export interface Connection {
  readonly state: ConnectionState;
  readonly probe: () => Promise<void>;
}

export function createConnectionStore(remote: Remote): Feed<Connection> {
  const store = createStore<Connection>()((set) => ({
    state: { status: 'checking', reason: null, since: 0 },
    probe: async () => set({ state: await remote.call('connection.probe') }),
  }));
  return {
    store,
    start: () =>
      follow({
        listen: (apply) => remote.on('connection.changed', apply),
        load: () => remote.call('connection.state'),
        apply: (state) => store.setState({ state }),
      }),
  };
}
