import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { exitCodes } from '../../../src/cli/exit-codes.ts';
import { endpoints } from '../../../src/shared/api/endpoints.ts';
import { lessons, type FaultySchool } from '../../harness/faulty-school.ts';
import { schoolForWorks } from '../../harness/school-of-tests.ts';
import { sentences } from '../../harness/sentences.ts';
import { openSmallDisk, type SmallDisk } from '../../harness/small-disk.ts';
import { runTool, startTool, type Line } from '../../harness/tool.ts';

const atSchool = schoolForWorks();
const sizeIn = (lines: readonly Line[]) => Number(lines.findLast(({ event }) => event === 'progress')?.['bytes_total']);
async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds() && tries < 2_400; tries++) await sleep(50);
  expect(holds()).toBe(true);
}

describe.concurrent('a clock that is wrong', () => {
  const year = 365 * 24 * 3600_000;
  it.each([
    ['ten years ahead, by which every token is long over', 10 * year],
    ['ten years behind, by which none is valid yet', -10 * year],
  ])('%s: whole, by the token of the sign-in', async (_, clockOffMs) => {
    await atSchool(async (school, data) => {
      const seat = { data, url: school.url, clockOffMs };
      for (const lesson of [lessons.pieces, lessons.plain]) {
        const before = school.sentBytes();
        const { code, lines } = await runTool(seat, 'download', lesson, '--wait', '2');
        expect(code).toBe(exitCodes.ok);
        expect(lines.at(-1)).toMatchObject({ event: 'done' });
        expect(school.sentBytes() - before).toBe(sizeIn(lines));
      }
      const { lines } = await runTool(seat, 'verify', '--no-repair');
      for (const line of lines) expect(line).toMatchObject({ bad_pieces: 0 });
      expect(school.requests.filter(({ path }) => path === endpoints.refresh())).toEqual([]);
    });
  });
});

describe.concurrent('a disk that is full', () => {
  const onSmallDisk = async (skip: () => void, work: (disk: SmallDisk, school: FaultySchool) => Promise<void>) => {
    const disk = await openSmallDisk(260);
    if (!disk) return skip();
    try {
      await atSchool((school) => work(disk, school));
    } finally {
      await disk.close();
    }
  };

  it('before the reserve is touched: waits, says so, and goes on when there is room', async ({ skip }) => {
    await onSmallDisk(skip, async (disk, school) => {
      const seat = { data: disk.folder, url: school.url };
      const storage = async () => (await runTool(seat, 'list')).lines.find(({ event }) => event === 'storage');
      const mebibyte = 1024 * 1024;
      const before = await storage();
      expect(before).toMatchObject({ reserved_bytes: 200 * mebibyte, total_bytes: 260 * mebibyte });
      expect(Number(before?.['free_bytes'])).toBeLessThan(60 * mebibyte);
      disk.fill();
      // What is left of the reserve is what is left of the disk.
      const full = await storage();
      expect(full).toMatchObject({ free_bytes: 0 });
      expect(Number(full?.['reserved_bytes'])).toBeLessThan(8 * mebibyte);
      const refused = await runTool(seat, 'download', lessons.pieces, '--wait', '0');
      expect(refused.code).toBe(exitCodes.disk);
      expect(refused.lines.at(-1)).toMatchObject({ reason: 'disk_full', sentence: sentences.disk_full });
      // What tells how long the lesson is, and nothing of it.
      expect(school.sentBytes()).toBeLessThan(1_000);

      const waiting = startTool(seat, 'download', lessons.pieces, '--wait', '60');
      await until(() => waiting.lines.some(({ reason }) => reason === 'disk_full'));
      await disk.clear();
      expect(await waiting.ended).toBe(exitCodes.ok);
      expect(school.sentBytes() - sizeIn(waiting.lines)).toBeLessThan(1_000);
    });
  });

  it('in the middle, by another program: what came stays, and it goes on when there is room', async ({ skip }) => {
    await onSmallDisk(skip, async (disk, school) => {
      // Slowly: what is sent between the full disk and its being met is lost, and a busy machine takes a second to meet it.
      school.fault = () => ({ kind: 'drip', bytesPerSecond: 6_000 });
      const run = startTool({ data: disk.folder, url: school.url }, 'download', lessons.pieces, '--wait', '60');
      await until(() => school.sentBytes() > 30_000);
      disk.fill();
      await until(() => run.lines.some(({ reason }) => reason === 'disk_full'));
      school.fault = () => undefined;
      await disk.clear();
      expect(await run.ended).toBe(exitCodes.ok);
      const { lines } = await runTool({ data: disk.folder, url: school.url }, 'verify', '--no-repair');
      for (const line of lines) expect(line).toMatchObject({ bad_pieces: 0 });
      const size = sizeIn(run.lines);
      expect(school.sentBytes() - size).toBeLessThan(size / 2);
    });
  });
});
