import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { exitCodes } from '../../../src/cli/exit-codes.ts';
import { blockFiles } from '../../harness/belongings.ts';
import { damagePages } from '../../harness/damage.ts';
import { hasFuse } from '../../harness/disks/fuse.ts';
import { mountScannedDisk } from '../../harness/disks/scanned-disk.ts';
import { lessons, openTrueSchool, type FaultySchool, type TrueSchool } from '../../harness/faulty-school.ts';
import { sentences } from '../../harness/sentences.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';
import { runInside } from '../../harness/tool-inside.ts';
import { startTool } from '../../harness/tool.ts';

let truth: TrueSchool;
let school: FaultySchool;
let data: string;
beforeAll(async () => {
  truth = await openTrueSchool();
});
beforeEach(async () => {
  school = await truth.open();
  data = temporaryFolder();
  return () => school.close();
});
afterAll(() => truth.close());

const tool = (...args: readonly string[]) => runInside({ data, url: school.url }, ...args);
const take = () => tool('download', lessons.pieces, '--quality', '480p', '--wait', '2');
/** Media bytes sent while something is done. */
async function sentDuring(work: () => Promise<unknown>): Promise<number> {
  const before = school.sentBytes();
  await work();
  return school.sentBytes() - before;
}
async function expectWhole(): Promise<void> {
  const { code, lines } = await tool('verify', '--no-repair');
  expect({ code, bad: lines.map((line) => line['bad_pieces']) }).toEqual({ code: exitCodes.ok, bad: [0] });
}
function removeBooks(): void {
  for (const name of readdirSync(data)) if (name.startsWith('content.db')) rmSync(join(data, name));
}

describe('books and bytes that do not agree', () => {
  it('a row without its file: found by verify, and only that file is fetched', async () => {
    await take();
    const [largest = ''] = blockFiles(data).toSorted((a, b) => statSync(b).size - statSync(a).size);
    const { size } = statSync(largest);
    rmSync(largest);
    expect(await sentDuring(() => tool('verify'))).toBe(size);
    await expectWhole();
  });

  it('files without rows, as after a restored backup or a copied folder: hashed and taken in, nothing fetched', async () => {
    await take();
    removeBooks();
    expect(await sentDuring(take)).toBe(0);
    await expectWhole();
  });

  it('a copied data folder on another drive goes on where the first one was', async () => {
    await take();
    const moved = join(temporaryFolder(), 'moved');
    cpSync(data, moved, { recursive: true });
    rmSync(data, { recursive: true });
    data = moved;
    expect(await sentDuring(take)).toBe(0);
    await expectWhole();
  });

  it('books torn in the middle of their journal: nothing that is durable is fetched again', async () => {
    school.fault = () => ({ kind: 'drip', bytesPerSecond: 30_000 });
    const run = startTool({ data, url: school.url }, 'download', lessons.pieces, '--quality', '480p');
    while (school.sentBytes() < 212_000) await sleep(5);
    run.child.kill('SIGKILL');
    await run.ended;
    const journal = join(data, 'content.db-wal');
    expect(existsSync(journal)).toBe(true);
    truncateSync(journal, Math.floor(statSync(journal).size * 0.6));
    school.fault = () => undefined;
    const rest = await sentDuring(take);
    const size = blockFiles(data).reduce((sum, file) => sum + statSync(file).size, 0);
    // Adopted by their hashes, whatever the journal forgot.
    expect(rest).toBeLessThan(size - 60_000);
    await expectWhole();
  });

  it('killed on a slow line, four pieces under way: each goes on where it was, but for the last seconds', async () => {
    const bytesPerSecond = 8_000;
    school.fault = () => ({ kind: 'drip', bytesPerSecond });
    const run = startTool({ data, url: school.url }, 'download', lessons.pieces, '--quality', '480p');
    while (school.sentBytes() < 130_000) await sleep(20);
    run.child.kill('SIGKILL');
    await run.ended;
    await sleep(200);
    const sent = school.sentBytes();
    school.fault = () => undefined;
    const rest = await sentDuring(take);
    const size = blockFiles(data).reduce((sum, file) => sum + statSync(file).size, 0);
    // Four connections, each at this rate, for two seconds; a slice of 8 KiB of each was on the way.
    expect(sent + rest - size).toBeLessThanOrEqual(4 * (2.5 * bytesPerSecond + 8 * 1024));
    await expectWhole();
  });

  it('books damaged beyond reading are set aside and made anew from what lies on disk', async () => {
    await take();
    damagePages(join(data, 'content.db'), [1, 2, 3]);
    expect(await sentDuring(take)).toBe(0);
    await expectWhole();
    expect(readdirSync(data).some((name) => name !== 'content.db' && name.startsWith('content') && !/-(wal|shm)$/.test(name))).toBe(true);
  });

  it('a flipped bit anywhere: found, and only that piece is fetched', async () => {
    await take();
    const [largest = ''] = blockFiles(data).toSorted((a, b) => statSync(b).size - statSync(a).size);
    const bytes = readFileSync(largest);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 10) ^ 0x40, bytes.length - 10);
    writeFileSync(largest, bytes);
    const sent = await sentDuring(() => tool('verify'));
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThan(bytes.length);
    await expectWhole();
  });

  it('bytes that no lesson names any more count as cache and are given back under the quota', async () => {
    await take();
    removeBooks();
    writeFileSync(join(data, 'settings.json'), JSON.stringify({ cacheQuotaBytes: 0 }));
    // Another lesson, so that nothing claims the first one's files.
    await tool('download', lessons.plain);
    expect(blockFiles(data)).toHaveLength(1);
  });
});

describe('a disk that refuses', () => {
  /** Makes a folder that even root cannot write to; null where the file system knows no such thing. */
  function forbid(folder: string): (() => void) | null {
    try {
      execFileSync('chattr', ['+i', folder], { stdio: 'ignore' });
    } catch {
      return null;
    }
    return () => execFileSync('chattr', ['-i', folder], { stdio: 'ignore' });
  }

  it('for a moment, as virus scanners do: nobody notices', async ({ skip }) => {
    await tool('list');
    const allow = forbid(join(data, 'content'));
    if (!allow) return skip();
    setTimeout(allow, 300);
    expect((await take()).code).toBe(exitCodes.ok);
    await expectWhole();
  });

  it('for good: says so, keeps what is there, and goes on when it is allowed again', async ({ skip }) => {
    await tool('list');
    const allow = forbid(join(data, 'content'));
    if (!allow) return skip();
    try {
      const { code, lines } = await take();
      expect(code).toBe(exitCodes.disk);
      expect(lines.at(-1)).toMatchObject({ event: 'gave_up', reason: 'disk_denied', sentence: sentences.disk_denied });
    } finally {
      allow();
    }
    expect((await take()).code).toBe(exitCodes.ok);
    await expectWhole();
  });
});

describe('a virus scanner that holds what was written (EBUSY)', () => {
  it('for a moment each time: nobody notices, not even when the lesson is given back', async () => {
    // Only where there is no FUSE; the set-up of the tests brings it on Debian.
    if (!hasFuse()) return expect(process.env['CI']).toBeUndefined();
    const disk = await mountScannedDisk(temporaryFolder());
    try {
      data = join(disk.folder, 'data');
      disk.scan(0.25);
      const { code, lines } = await take();
      expect(code).toBe(exitCodes.ok);
      expect(lines.filter(({ reason }) => reason)).toEqual([]);
      expect((await tool('delete', lessons.pieces)).code).toBe(exitCodes.ok);
      expect(blockFiles(data)).toEqual([]);
    } finally {
      await disk.close();
    }
  });

  it('for good: says so, keeps what is there, and goes on when the scanner lets go', async () => {
    if (!hasFuse()) return expect(process.env['CI']).toBeUndefined();
    const disk = await mountScannedDisk(temporaryFolder());
    try {
      data = join(disk.folder, 'data');
      school.fault = (_, nth) => (nth === 0 ? { kind: 'cut', after: 9_000 } : { kind: 'answer', status: 404 });
      expect((await tool('download', lessons.pieces, '--quality', '480p', '--wait', '0')).code).toBe(exitCodes.refused);
      school.fault = () => undefined;
      const kept = school.sentBytes();
      disk.scan('always');
      const held = await tool('download', lessons.pieces, '--quality', '480p', '--wait', '0');
      expect(held.code).toBe(exitCodes.disk);
      expect(held.lines.at(-1)).toMatchObject({ event: 'gave_up', reason: 'disk_denied', sentence: sentences.disk_denied });
      disk.scan(0);
      const before = school.sentBytes();
      expect((await take()).code).toBe(exitCodes.ok);
      await expectWhole();
      const size = blockFiles(data).reduce((sum, file) => sum + statSync(file).size, 0);
      expect(school.sentBytes() - before).toBeLessThanOrEqual(size - kept);
    } finally {
      await disk.close();
    }
  });
});
