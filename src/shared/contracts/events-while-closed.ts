import type { EventName } from './bridge.ts';

/**
 * All that is told while nobody may see anything: who may come back, the look of the lock itself, the line, and what concerns the
 * window. Apart from the contracts, whose schemas a start does not wait for.
 */
export const eventsWhileClosed: ReadonlySet<EventName> = new Set([
  ...(['accounts.changed', 'connection.changed', 'settings.changed'] as const),
  ...(['shell.fullScreenChanged', 'shell.suspending', 'shell.linkReceived'] as const),
]);
