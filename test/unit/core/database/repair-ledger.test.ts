import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Connection } from '../../../../src/core/database/connection.ts';
import { openDatabases } from '../../../../src/core/database/databases.ts';
import { repairLedger } from '../../../../src/core/database/repair-ledger.ts';
import { damagePages, pageCount, pagesOf, tableLeaves } from '../../../harness/damage.ts';
import { temporaryFolder } from '../../../harness/temporary-folder.ts';
import { fc } from '../../../harness/same-cases.ts';

const account = 'https://school.example#ada';
const events = 600;

function fill(ledger: Connection): void {
  ledger.prepare("INSERT INTO device (one, id) VALUES (1, 'device')").run();
  ledger.prepare("INSERT INTO install (one, id, next_sequence) VALUES (1, 'install', 100000)").run();
  const student = JSON.stringify({ id: 'ada', name: 'Ada', email: 'ada@school.example' });
  ledger.prepare('INSERT INTO accounts (id, server, student, current) VALUES (?, ?, ?, 1)').run(account, 'https://school.example', student);
  const insertEvent = ledger.prepare(
    "INSERT INTO outbox (sequence, account, timeline_id, session_id, epoch, kind, body, recorded_at, state, frozen) VALUES (?, ?, ?, ?, 0, 'watched', ?, ?, 'in_flight', 1)",
  );
  const insertProgress = ledger.prepare("INSERT INTO progress (account, timeline_id, lesson_id, state, version, duration_ms, updated_at) VALUES (?, ?, 'lesson', ?, 1, 60000, 5)");
  ledger.transaction(() => {
    for (let index = 1; index <= events; index++) {
      insertEvent.run(index * 3, account, `timeline-${index}`, `session-${index}`, bodyOf(index), '["boot",1,2]');
      insertProgress.run(account, `timeline-${index}`, stateOf(index));
    }
  })();
}

const bodyOf = (index: number) => JSON.stringify(['lesson', [[0, index * 10]], index * 10, index]);
const stateOf = (index: number) => JSON.stringify({ epoch: 0, ranges: [[0, index]], sessions: [], done: false, position: null });

function readBack(folder: string): { bodies: string[]; states: string[]; install: unknown } {
  const { ledger, close } = openDatabases(folder);
  const column = (sql: string) => ledger.prepare(sql).pluck().all() as string[];
  const found = { bodies: column('SELECT body FROM outbox'), states: column('SELECT state FROM progress'), install: ledger.prepare('SELECT id FROM install').pluck().get() };
  expect(ledger.pragma('integrity_check', { simple: true })).toBe('ok');
  expect(column("SELECT DISTINCT state || frozen FROM outbox").every((state) => state === 'pending0')).toBe(true);
  close();
  return found;
}

describe('repairLedger', () => {
  let template = '';
  beforeAll(() => {
    template = mkdtempSync(join(tmpdir(), 'teachify-test-'));
    const databases = openDatabases(template);
    fill(databases.ledger);
    databases.close();
    rmSync(join(template, 'ledger-copy.db'));
  });

  afterAll(() => rmSync(template, { recursive: true, force: true }));

  function damagedFolder(pages: (file: string) => readonly number[]): string {
    const folder = temporaryFolder();
    const file = join(folder, 'ledger.db');
    copyFileSync(join(template, 'ledger.db'), file);
    damagePages(file, pages(file));
    return folder;
  }

  it('takes over every row of the pages that can be read, as if never sent, under a new install id', () => {
    const folder = damagedFolder((file) => {
      const leaves = tableLeaves(file);
      return [leaves[Math.floor(leaves.length / 2)] ?? 0, leaves.at(-2) ?? 0];
    });
    expect(() => openDatabases(folder)).toThrow(expect.objectContaining({ code: 'database_damaged' }));
    const { keptAs, salvage } = repairLedger(folder);
    expect(existsSync(join(folder, keptAs))).toBe(true);
    expect(salvage.complete).toBe(false);
    const { bodies, states, install } = readBack(folder);
    // Two pages of at most some 30 rows each.
    expect(bodies.length + states.length).toBeGreaterThan(events * 2 - 80);
    expect(bodies.length + states.length).toBeLessThan(events * 2);
    expect(install).toBeUndefined();
  });

  it('never fails and never makes anything up, whatever pages are gone', () => {
    const originals = new Set(Array.from({ length: events }, (_, index) => [bodyOf(index + 1), stateOf(index + 1)]).flat());
    const file = join(template, 'ledger.db');
    const pages = pageCount(file);
    // Pages with rows alone, below which there are no others.
    const rows = new Set(pagesOf(file, 'outbox').concat(pagesOf(file, 'progress')).filter((page) => tableLeaves(file).includes(page)));
    const damage = fc.uniqueArray(fc.integer({ min: 1, max: pages }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(damage, (chosen) => {
        const folder = damagedFolder(() => chosen);
        repairLedger(folder);
        const { bodies, states } = readBack(folder);
        for (const text of [...bodies, ...states]) expect(originals.has(text)).toBe(true);
        if (chosen.every((page) => rows.has(page))) expect(bodies.length + states.length).toBeGreaterThan(events);
      }),
      { numRuns: 12, seed: 7 },
    );
  });

  it('says again what it last said of each lesson when the pages of the outbox are lost', () => {
    const folder = temporaryFolder();
    const databases = openDatabases(folder);
    fill(databases.ledger);
    const report = databases.ledger.prepare('UPDATE progress SET last_report = ? WHERE timeline_id = ?');
    const recordedAt = { bootId: 'boot', monotonicMs: 1, wallMs: 2 };
    databases.ledger.transaction(() => {
      for (let index = 1; index <= events; index++) {
        const snapshot = { sessionId: `session-${index}`, lessonId: 'lesson', timelineId: `timeline-${index}`, epoch: 0, ranges: [[0, index * 10]], watchedMs: index * 10, positionMs: index };
        report.run(JSON.stringify({ snapshot, recordedAt }), `timeline-${index}`);
      }
    })();
    databases.close();
    rmSync(join(folder, 'ledger-copy.db'));
    const file = join(folder, 'ledger.db');
    // Half of the outbox, so that what can be read and what is said again must not come twice.
    const pages = pagesOf(file, 'outbox');
    damagePages(file, pages.slice(pages.length >> 1));
    repairLedger(folder);
    const { bodies } = readBack(folder);
    expect(bodies.toSorted()).toEqual(Array.from({ length: events }, (_, index) => bodyOf(index + 1)).toSorted());
  });

  it('falls back on the daily copy when nothing can be read', () => {
    const folder = temporaryFolder();
    let databases = openDatabases(folder);
    fill(databases.ledger);
    databases.close();
    rmSync(join(folder, 'ledger-copy.db'));
    databases = openDatabases(folder);
    databases.close();
    damagePages(join(folder, 'ledger.db'), [1]);
    repairLedger(folder);
    const { bodies, states } = readBack(folder);
    expect(bodies).toHaveLength(events);
    expect(states).toHaveLength(events);
  });

  it('keeps tokens and leases out of the daily copy', () => {
    const folder = temporaryFolder();
    let databases = openDatabases(folder);
    fill(databases.ledger);
    databases.ledger.prepare('UPDATE accounts SET refresh_token = ?').run(Buffer.from('wrapped'));
    databases.ledger.prepare("INSERT INTO leases (account, lesson_id, lease, expires_at) VALUES (?, 'lesson', ?, 9)").run(account, Buffer.from('lease'));
    databases.close();
    rmSync(join(folder, 'ledger-copy.db'));
    databases = openDatabases(folder);
    databases.close();
    copyFileSync(join(folder, 'ledger-copy.db'), join(folder, 'ledger.db'));
    const { ledger, close } = openDatabases(folder);
    expect(ledger.prepare('SELECT refresh_token FROM accounts').pluck().all()).toEqual([null]);
    expect(ledger.prepare('SELECT * FROM leases').all()).toEqual([]);
    close();
  });
});
