import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { exitCodes } from '../../../src/cli/exit-codes.ts';
import type { Core } from '../../../src/core/compose.ts';
import { openCoreAtSchool } from '../../harness/core-at-school.ts';
import { lessons, openTrueSchool, type FaultySchool, type TrueSchool } from '../../harness/faulty-school.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';
import { runInside } from '../../harness/tool-inside.ts';

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
const take = (quality = '480p') => tool('download', lessons.pieces, '--quality', quality, '--wait', '2');
const whole = async () => (await tool('verify', '--no-repair')).code;

it('lessons move to another place, play from there, and leave nothing behind', async () => {
  await take();
  const place = temporaryFolder();
  const moved = await tool('move', place);
  expect(moved.lines.at(-1)).toMatchObject({ event: 'moved', folder: join(place, 'Teachify lessons') });
  expect(existsSync(join(data, 'content'))).toBe(false);
  const sent = school.sentBytes();
  expect(await whole()).toBe(exitCodes.ok);
  expect((await take()).code).toBe(exitCodes.ok);
  expect(school.sentBytes()).toBe(sent);
  // And what comes from now on goes there too.
  await tool('download', lessons.plain);
  expect(existsSync(join(data, 'content'))).toBe(false);
});

it('a drive that is unplugged costs nothing: it waits, and goes on when the drive is back', async () => {
  await take();
  const place = temporaryFolder();
  await tool('move', place);
  const away = `${place}-unplugged`;
  renameSync(join(place, 'Teachify lessons'), away);
  try {
    const without = await tool('download', lessons.plain, '--wait', '1');
    expect(without.code).toBe(exitCodes.disk);
    expect(without.lines.at(-1)).toMatchObject({ reason: 'disk_failed', sentence: expect.stringContaining('plug it in again') as string });
    // An empty mount point is not filled.
    expect(existsSync(join(place, 'Teachify lessons'))).toBe(false);
    renameSync(away, join(place, 'Teachify lessons'));
    const sent = school.sentBytes();
    expect(await whole()).toBe(exitCodes.ok);
    expect(school.sentBytes()).toBe(sent);
    expect((await tool('download', lessons.plain)).code).toBe(exitCodes.ok);
  } finally {
    rmSync(away, { recursive: true, force: true });
  }
});

it('moves while a download runs, which goes on in the new place without a byte twice', async () => {
  school.fault = () => ({ kind: 'drip', bytesPerSecond: 40_000 });
  const core: Core = await openCoreAtSchool({ data, url: school.url });
  try {
    await core.downloads.add([lessons.pieces], '480p');
    while (school.sentBytes() < 60_000) await sleep(20);
    const place = temporaryFolder();
    const told: unknown[] = [];
    core.downloads.folderMoving((moving) => told.push(moving));
    await core.downloads.moveFolder(place);
    expect(told[0]).toMatchObject({ bytesDone: expect.any(Number) as number });
    expect(told.at(-1)).toBe(null);
    expect((await core.downloads.storage()).folder).toBe(join(place, 'Teachify lessons'));
    const state = async () => (await core.downloads.list())[0]?.state;
    while ((await state()) !== 'ready') await sleep(50);
    const [item] = await core.downloads.list();
    expect(school.sentBytes()).toBe(item?.bytesTotal);
    expect(await core.downloads.verify(lessons.pieces)).toBe(0);
    expect(existsSync(join(data, 'content'))).toBe(false);
  } finally {
    await core.dispose();
  }
});

it('a place without room or leave is refused, and everything stays', async () => {
  await take();
  const refused = await tool('move', join(data, 'content.db', 'below a file'));
  expect(refused.code).toBe(exitCodes.disk);
  expect(await whole()).toBe(exitCodes.ok);
  expect(existsSync(join(data, 'content'))).toBe(true);
});

it('a quota bounds what lessons take', async () => {
  await tool('list');
  const settings = join(data, 'settings.json');
  const write = (lessonQuotaBytes: number) => import('node:fs').then(({ writeFileSync }) => writeFileSync(settings, JSON.stringify({ ...(existsSync(settings) ? (JSON.parse(readFileSync(settings, 'utf8')) as object) : {}), lessonQuotaBytes })));
  await write(100_000);
  const refused = await take();
  expect(refused).toMatchObject({ code: exitCodes.disk });
  expect(refused.lines.at(-1)).toMatchObject({ reason: 'disk_full' });
  expect((await tool('plan', lessons.pieces)).lines[0]).toMatchObject({ fits: false });
  await write(10_000_000);
  expect((await take()).code).toBe(exitCodes.ok);
});
