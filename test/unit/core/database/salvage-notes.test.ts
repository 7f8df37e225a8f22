import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openDatabases } from '../../../../src/core/database/databases.ts';
import { salvageLedger } from '../../../../src/core/database/salvage-ledger.ts';
import { openConnection, type Connection } from '../../../../src/core/database/connection.ts';
import { ledger0010Accounts } from '../../../../src/core/database/migrations/ledger-0010-accounts.ts';
import { ledger0020Progress } from '../../../../src/core/database/migrations/ledger-0020-progress.ts';
import { ledger0030Notes } from '../../../../src/core/database/migrations/ledger-0030-notes.ts';
import { migrate } from '../../../../src/core/database/migrator.ts';
import { temporaryFolder } from '../../../harness/temporary-folder.ts';

const account = 'https://school.example#ada';
const note = { noteId: 'n', lessonId: 'lesson', timelineId: 'timeline', atMs: 5, text: 'kept', removed: false };
const snapshot = { sessionId: 's', lessonId: 'lesson', timelineId: 'timeline', epoch: 0, ranges: [[0, 10]], watchedMs: 10, positionMs: 10 };
const wordyClocks = '{"bootId":"boot","monotonicMs":1,"wallMs":2}';
const body = '["lesson",[[0,10]],10,10]';
const clocks = '["boot",1,2]';

function fill(ledger: Connection): void {
  const stamped = JSON.stringify({ ...note, noteId: 'known', stamp: { at: 1, installId: 'i', sequence: 1 } });
  ledger.prepare('INSERT INTO notes (account, note_id, note, version) VALUES (?, ?, ?, 3)').run(account, 'known', stamped);
  const event = ledger.prepare("INSERT INTO outbox (sequence, account, kind, timeline_id, session_id, epoch, body, recorded_at, state) VALUES (?, ?, ?, 'timeline', ?, 0, ?, ?, 'pending')");
  event.run(1, account, 'noted', 'n', JSON.stringify(note), clocks);
  event.run(2, account, 'watched', 's', body, clocks);
  // What a damaged page made up: no note, whatever it says of itself.
  event.run(3, account, 'noted', 'x', body, clocks);
}

it('notes, sent and unsent, are taken over into a sound ledger, once', () => {
  const from = openDatabases(temporaryFolder());
  const to = openDatabases(temporaryFolder());
  fill(from.ledger);
  for (let time = 0; time < 2; time++) salvageLedger(from.ledger, to.ledger);
  expect(to.ledger.prepare('SELECT kind, session_id FROM outbox ORDER BY kind').all()).toEqual([
    { kind: 'noted', session_id: 'n' },
    { kind: 'watched', session_id: 's' },
  ]);
  expect(to.ledger.prepare('SELECT note_id, version FROM notes').all()).toEqual([{ note_id: 'known', version: 3 }]);
  from.close();
  to.close();
});

/** A folder whose ledger an earlier version left, with something watched and sent once, and a note where it knew notes. */
function olderLedger({ knowsNotes }: { knowsNotes: boolean }): string {
  const folder = temporaryFolder();
  const ledger = openConnection({ file: join(folder, 'ledger.db'), durability: 'full' });
  migrate(ledger, [ledger0010Accounts, ledger0020Progress, ...(knowsNotes ? [ledger0030Notes] : [])]);
  const event = `INSERT INTO outbox (sequence, account, timeline_id, session_id, epoch, snapshot, recorded_at, state, frozen)`;
  ledger.prepare(`${event} VALUES (7, ?, 'timeline', 's', 0, ?, ?, 'in_flight', 1)`).run(account, JSON.stringify(snapshot), wordyClocks);
  if (knowsNotes) {
    ledger.prepare(`${event} VALUES (9, ?, 'timeline', 'n', 0, ?, ?, 'pending', 0)`).run(account, JSON.stringify(note), wordyClocks);
    ledger.exec("UPDATE outbox SET kind = 'noted' WHERE sequence = 9");
  }
  ledger.close();
  return folder;
}

const kept = { account, kind: 'watched', timeline_id: 'timeline', session_id: 's', epoch: 0, body, recorded_at: clocks, failures: 0, reason: null };

it.each([false, true])('a ledger of an earlier version gives up what it has (notes: %s)', (knowsNotes) => {
  const folder = olderLedger({ knowsNotes });
  const file = join(folder, 'old.db');
  copyFileSync(join(folder, 'ledger.db'), file);
  const old = openConnection({ file, durability: 'normal' });
  const to = openDatabases(temporaryFolder());
  expect(salvageLedger(old, to.ledger).complete).toBe(true);
  expect(to.ledger.prepare('SELECT * FROM outbox').all()).toMatchObject([
    { ...kept, state: 'pending', frozen: 0 },
    ...(knowsNotes ? [{ ...kept, kind: 'noted', session_id: 'n', body: JSON.stringify(note) }] : []),
  ]);
  old.close();
  to.close();
});

it('a ledger of an earlier version opens as it is: what was sent once is the same event still', () => {
  const { ledger, close } = openDatabases(olderLedger({ knowsNotes: true }));
  expect(ledger.prepare('SELECT * FROM outbox').all()).toMatchObject([
    { ...kept, sequence: 7, state: 'in_flight', frozen: 1 },
    { ...kept, sequence: 9, kind: 'noted', session_id: 'n', body: JSON.stringify(note), state: 'pending', frozen: 0 },
  ]);
  close();
});
