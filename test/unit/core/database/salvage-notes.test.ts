import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openDatabases } from '../../../../src/core/database/databases.ts';
import { salvageLedger } from '../../../../src/core/database/salvage-ledger.ts';
import { openConnection, type Connection } from '../../../../src/core/database/connection.ts';
import { temporaryFolder } from '../../../harness/temporary-folder.ts';

const account = 'https://school.example#ada';
const note = { noteId: 'n', lessonId: 'lesson', timelineId: 'timeline', atMs: 5, text: 'kept', removed: false };
const snapshot = { sessionId: 's', lessonId: 'lesson', timelineId: 'timeline', epoch: 0, ranges: [[0, 10]], watchedMs: 10, positionMs: 10 };
const clocks = '{"bootId":"boot","monotonicMs":1,"wallMs":2}';

function fill(ledger: Connection): void {
  const stamped = JSON.stringify({ ...note, noteId: 'known', stamp: { at: 1, installId: 'i', sequence: 1 } });
  ledger.prepare('INSERT INTO notes (account, note_id, note, version) VALUES (?, ?, ?, 3)').run(account, 'known', stamped);
  const event = ledger.prepare("INSERT INTO outbox (sequence, account, kind, timeline_id, session_id, epoch, snapshot, recorded_at, state) VALUES (?, ?, ?, 'timeline', ?, 0, ?, ?, 'pending')");
  event.run(1, account, 'noted', 'n', JSON.stringify(note), clocks);
  event.run(2, account, 'watched', 's', JSON.stringify(snapshot), clocks);
  // What a damaged page made up: no note, whatever it says of itself.
  event.run(3, account, 'noted', 'x', JSON.stringify(snapshot), clocks);
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

it('a ledger from before notes gives up what it has', () => {
  const folder = temporaryFolder();
  const made = openDatabases(folder);
  fill(made.ledger);
  made.ledger.exec("DELETE FROM outbox WHERE kind = 'noted'; DROP TABLE notes; ALTER TABLE outbox DROP COLUMN kind; PRAGMA user_version = 20");
  made.close();
  const file = join(folder, 'old.db');
  copyFileSync(join(folder, 'ledger.db'), file);
  const old = openConnection({ file, durability: 'normal' });
  const to = openDatabases(temporaryFolder());
  expect(salvageLedger(old, to.ledger).complete).toBe(true);
  expect(to.ledger.prepare('SELECT kind FROM outbox').pluck().all()).toEqual(['watched']);
  old.close();
  to.close();
  // And it opens as it is, brought up to date.
  const again = openDatabases(folder);
  expect(again.ledger.prepare('SELECT kind FROM outbox').pluck().all()).toEqual(['watched']);
  again.close();
});
