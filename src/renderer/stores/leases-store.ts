import { createStore } from 'zustand/vanilla';
import type { EndingLease } from '../../shared/contracts/leases.ts';
import type { Remote } from '../bridge.ts';
import type { Feed } from './feed.ts';
import { follow } from './follow.ts';

export interface Leases {
  /** Those that end within three days, have ended, or were taken back; by lesson id. */
  readonly ending: ReadonlyMap<string, EndingLease>;
}

export function createLeasesStore(remote: Remote): Feed<Leases> {
  const store = createStore<Leases>()(() => ({ ending: new Map() }));
  return {
    store,
    start: () =>
      follow({
        listen: (apply) => remote.on('leases.changed', apply),
        load: () => remote.call('leases.ending'),
        apply: (ending) => store.setState({ ending: new Map(ending.map((lease) => [lease.lessonId, lease])) }),
      }),
  };
}
