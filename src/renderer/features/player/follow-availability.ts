import type { Quality } from '../../../shared/models/quality.ts';
import type { TimeRange } from '../../../shared/models/ranges.ts';
import type { Remote } from '../../bridge.ts';
import type { Gate } from './engine/gate.ts';
import type { PlayerStore } from './player-store.ts';

interface Following {
  readonly mediaId: string;
  readonly remote: Remote;
  readonly store: PlayerStore;
  readonly gate: Gate;
}

interface Told {
  readonly mediaId: string;
  readonly renditions: readonly { readonly quality: Quality; readonly ranges: readonly TimeRange[] }[];
}

/** Main's word of what is on this computer and of what can be had, into the store and to the gate; gives back the stop. */
export function followAvailability({ mediaId, remote, store, gate }: Following): () => void {
  const take = (told: Told) => {
    if (told.mediaId === mediaId) store.setState({ local: new Map(told.renditions.map(({ quality, ranges }) => [quality, ranges])) });
  };
  const stops = [
    remote.on('playback.availabilityChanged', take),
    remote.on('playback.blocked', (event) => {
      if (event.mediaId === mediaId) store.setState({ blocked: { code: event.code, retrying: false } });
    }),
    remote.on('playback.available', (event) => {
      if (event.mediaId === mediaId) openGate(store, gate);
    }),
  ];
  // Without it the bar shows nothing as local, and Auto asks the line: both still right.
  remote.call('playback.availability', { mediaId }).then(take, () => undefined);
  return () => stops.forEach((stop) => stop());
}

/** What waits asks again. That it stood still is forgotten when the answer is there, not before: it may be the same. */
export function openGate(store: PlayerStore, gate: Gate): void {
  const asks = gate.open();
  store.setState(({ blocked }) => ({ blocked: asks && blocked ? { ...blocked, retrying: true } : null }));
}
