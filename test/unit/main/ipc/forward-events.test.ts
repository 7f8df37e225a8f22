import { expect, it } from 'vitest';
import { Emitter } from '../../../../src/core/base/emitter.ts';
import { forwardEvents } from '../../../../src/main/ipc/forward-events.ts';
import type { Domains } from '../../../../src/main/ipc/handlers.ts';
import { eventsWhileClosed } from '../../../../src/shared/contracts/events-while-closed.ts';
import { events, type EventName } from '../../../../src/shared/contracts/bridge.ts';

/** A core that says all it can, and nothing else. */
function openTalker(isClosed: () => boolean) {
  const said = new Map<EventName, Emitter<unknown>>();
  const event = (name: EventName) => {
    const emitter = new Emitter<unknown>();
    said.set(name, emitter);
    return emitter.event;
  };
  const domains = {
    accounts: { changed: event('accounts.changed'), closed: isClosed },
    catalog: { changed: event('catalog.changed') },
    connectivity: { changed: event('connection.changed') },
    downloads: { folderMoving: event('downloads.folderMoving'), changes: event('downloads.changed') },
    leases: { changed: event('leases.changed') },
    notes: { changed: event('notes.changed') },
    playback: { available: event('playback.available'), blocked: event('playback.blocked'), availabilityChanged: event('playback.availabilityChanged') },
    progress: { changed: event('progress.changed'), outboxChanged: event('progress.outboxChanged') },
    settings: { changed: event('settings.changed') },
  };
  return { said, domains: domains as unknown as Domains };
}

const ofTheShell = (name: string) => name.startsWith('shell.');
/** What the lock screen needs: who may come back, in which language, and whether there is a line. */
const tellable = ['accounts.changed', 'connection.changed', 'settings.changed'];

it('every event of the bridge is told to who is here, and behind the lock none that says something about a student', () => {
  let closed = false;
  const told: EventName[] = [];
  const { said, domains } = openTalker(() => closed);
  forwardEvents(domains, (name) => void told.push(name));
  const names = (Object.keys(events) as EventName[]).filter((name) => !ofTheShell(name));
  expect([...said.keys()].sort()).toEqual(names.sort());
  for (const name of names) said.get(name)?.emit({});
  expect(told.sort()).toEqual(names);

  closed = true;
  told.length = 0;
  for (const name of names) said.get(name)?.emit({});
  expect(told.sort()).toEqual(tellable);
  // The shell's own say nothing about anybody.
  expect([...eventsWhileClosed].sort()).toEqual([...tellable, ...Object.keys(events).filter(ofTheShell)].sort());
});
