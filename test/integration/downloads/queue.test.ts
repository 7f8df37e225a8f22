import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { restCost } from '../../../src/renderer/features/player/rest-cost.ts';
import type { DownloadChanges, DownloadItem } from '../../../src/shared/contracts/downloads.ts';
import { blockFiles } from '../../harness/belongings.ts';
import { startSchoolServer } from '../../harness/school-server.ts';
import { seatAtSchool } from '../../harness/seat-at-school.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';
import { encodeTinySchool } from '../../harness/tiny-school.ts';

/** Three short lessons; at this speed the longest takes some seconds. */
const slow = 300_000;
const ids = ['making-tea', 'drinking-tea', 'first-letter'] as const;

const seat = seatAtSchool();
const items = () => seat.core.downloads.list();
const { item, becomes } = seat;
const state = async (id: string) => (await item(id))?.state;
async function begins(id: string): Promise<void> {
  await expect.poll(async () => (await item(id))?.bytesDone ?? 0).toBeGreaterThan(0);
}
/** Who became ready, in that order, of what was added. */
async function finishOrder(added: readonly string[]): Promise<string[]> {
  const order: string[] = [];
  const look = (list: readonly DownloadItem[]) => {
    for (const { lessonId, state: now } of list) if (now === 'ready' && !order.includes(lessonId)) order.push(lessonId);
  };
  const stop = seat.core.downloads.changed(look);
  await expect.poll(async () => (look(await items()), order.length)).toBe(added.length);
  stop();
  return order;
}

describe('the order of the queue', () => {
  it('two lessons share the line, the third waits for its turn', async () => {
    seat.line.setBandwidth(slow);
    await seat.core.downloads.add(ids, '480p');
    await expect.poll(async () => (await items()).map(({ state: now }) => now), { interval: 10 }).toEqual(['running', 'running', 'queued']);
    seat.line.setBandwidth(null);
    await Promise.all(ids.map((id) => becomes(id, 'ready')));
  });

  it('is what the student makes it, also after a restart', async () => {
    await seat.core.downloads.add(ids, '480p');
    await seat.core.downloads.pauseAll();
    await seat.core.downloads.move(ids[2], 0);
    await seat.sitDown();
    expect((await items()).map(({ lessonId, state: now }) => [lessonId, now])).toEqual([
      [ids[2], 'paused'],
      [ids[0], 'paused'],
      [ids[1], 'paused'],
    ]);
    seat.line.setBandwidth(slow * 8);
    await seat.core.downloads.resumeAll();
    expect((await finishOrder(ids)).indexOf(ids[2])).toBeLessThan(2);
  });

  it('what is being watched goes first', async () => {
    seat.line.setBandwidth(slow);
    await seat.core.downloads.add(ids, '480p');
    expect(await state(ids[2])).toBe('queued');
    const { mediaId } = await seat.core.playback.open(ids[2]);
    await becomes(ids[2], 'running');
    seat.line.setBandwidth(null);
    await Promise.all(ids.map((id) => becomes(id, 'ready')));
    await seat.core.playback.close(mediaId);
  });
});

describe('what the student says', () => {
  it('a paused download keeps what came, over a restart, and goes on with the rest', async () => {
    seat.line.setBandwidth(slow);
    await seat.core.downloads.add([ids[0]], '480p');
    await begins(ids[0]);
    await seat.core.downloads.pause(ids[0]);
    await seat.sitDown();
    const paused = await item(ids[0]);
    expect(paused).toMatchObject({ state: 'paused', reason: null });
    expect(paused?.bytesDone).toBeGreaterThan(0);
    seat.line.setBandwidth(null);
    await seat.core.downloads.resume(ids[0]);
    await becomes(ids[0], 'ready');
    const total = (await item(ids[0]))?.bytesTotal ?? 0;
    expect(seat.line.bytesDown(/^\/media\//)).toBeLessThan(total * 1.3);
  });

  it('a download that is taken off the queue leaves nothing of the lesson on the disk', async () => {
    seat.line.setBandwidth(slow);
    await seat.core.downloads.add([ids[0]], '480p');
    await begins(ids[0]);
    await seat.core.downloads.remove([ids[0]]);
    expect(await items()).toEqual([]);
    // What tells how long its pieces are may stay as cache.
    const { lessonBytes, cacheBytes } = await seat.core.downloads.storage();
    expect(lessonBytes).toBe(0);
    expect(cacheBytes).toBeLessThan(1_000);
  });

  it('gives back what was watched to the end, once the school knows, and nothing else', async () => {
    await seat.core.downloads.add(ids, '480p');
    await Promise.all(ids.map((id) => becomes(id, 'ready')));
    const lesson = (await seat.core.catalog.view()).courses.flatMap(({ lessons }) => lessons).find(({ id }) => id === ids[0]);
    if (!lesson) throw new Error('The school has no such lesson');
    await seat.line.cut();
    const { epoch } = await seat.core.progress.resumePoint(lesson.timelineId);
    const session = { timelineId: lesson.timelineId, lessonId: lesson.id, sessionId: crypto.randomUUID(), epoch };
    await seat.core.progress.report({ ...session, ranges: [[0, lesson.durationMs]], watchedMs: lesson.durationMs, positionMs: lesson.durationMs });
    expect((await seat.core.downloads.removeWatched()).lessons).toBe(0);
    await seat.line.resume();
    await seat.core.connectivity.probe();
    await seat.core.progress.sync();
    await expect.poll(async () => (await seat.core.progress.finished()).has(ids[0])).toBe(true);
    expect((await seat.core.downloads.removeWatched()).lessons).toBe(1);
    expect((await items()).map(({ lessonId }) => lessonId)).toEqual([ids[1], ids[2]]);
  });

  it('what another student on this machine keeps stays, and is not fetched for them again', async () => {
    await seat.core.downloads.add([ids[0]], '480p');
    await becomes(ids[0], 'ready');
    await seat.core.accounts.signOut();
    await seat.sitDown('tea');
    const before = seat.line.bytesDown(/^\/media\//);
    await seat.core.downloads.add([ids[0]], '480p');
    await becomes(ids[0], 'ready');
    expect(seat.line.bytesDown(/^\/media\//)).toBe(before);
    await seat.core.downloads.remove([ids[0]]);
    await seat.core.accounts.signOut();
    await seat.sitDown('both');
    expect(await state(ids[0])).toBe('ready');
    expect(await seat.core.downloads.verify(ids[0])).toBe(0);
    expect(seat.line.bytesDown(/^\/media\//)).toBe(before);
  });
});

it('tells at most four times a second, all of it once to who asked, and then only what is other', async () => {
  const told: { readonly at: number; readonly changes: DownloadChanges }[] = [];
  await items();
  const stop = seat.core.downloads.changes((changes) => told.push({ at: performance.now(), changes }));
  seat.line.setBandwidth(slow * 3);
  await seat.core.downloads.add(ids, '480p');
  const readyOnes = () => new Set(told.flatMap(({ changes }) => changes.items).filter(({ state: now }) => now === 'ready').map(({ lessonId }) => lessonId));
  await expect.poll(() => readyOnes().size).toBe(ids.length);
  await seat.core.downloads.remove([ids[1]]);
  await expect.poll(() => told.flatMap(({ changes }) => changes.removed)).toEqual([ids[1]]);
  stop();
  expect(told.map(({ changes }) => changes.whole)).toEqual([true, ...told.slice(1).map(() => false)]);
  expect(told.length).toBeGreaterThan(4);
  const gaps = told.slice(1).map(({ at }, index) => at - (told[index]?.at ?? 0));
  // Timers may be some milliseconds early.
  expect(Math.min(...gaps)).toBeGreaterThan(240);
  const known = new Map<string, DownloadItem>();
  for (const { changes } of told) {
    for (const one of changes.items) {
      expect(known.get(one.lessonId)).not.toEqual(one);
      known.set(one.lessonId, one);
    }
    for (const id of changes.removed) known.delete(id);
  }
  expect([...known.values()].map(({ lessonId, state: now }) => [lessonId, now])).toEqual((await items()).map(({ lessonId, state: now }) => [lessonId, now]));
});

it('shows that nothing comes any more while a line is silent, not the speed of before', async () => {
  seat.line.setBandwidth(slow);
  await seat.core.downloads.add([ids[0]], '480p');
  await begins(ids[0]);
  const seen: DownloadItem[] = [];
  const stop = seat.core.downloads.changed((list) => seen.push(...list));
  await expect.poll(() => (seen.at(-1)?.bytesPerSecond ?? 0) > 0).toBe(true);
  seat.line.setBandwidth(0);
  await expect.poll(() => seen.at(-1)).toMatchObject({ state: 'running', bytesPerSecond: 0, etaSeconds: null });
  stop();
  seat.line.setBandwidth(null);
});

it('the plan says the very bytes, what is here of them, and whether they fit', async () => {
  const before = await seat.core.downloads.plan([ids[0]], '480p');
  expect(before).toMatchObject({ exact: true, presentBytes: 0, fits: true });
  await seat.core.downloads.add([ids[0]], '480p');
  await becomes(ids[0], 'ready');
  expect((await item(ids[0]))?.bytesTotal).toBe(before.bytes);
  expect(await seat.core.downloads.plan([ids[0]], '480p')).toMatchObject({ bytes: before.bytes, presentBytes: before.bytes, etaSeconds: 0 });
  expect(blockFiles(seat.data).length).toBeGreaterThan(0);
});

describe('a lesson that is half here', () => {
  async function halve(id: string, quality: string): Promise<{ bytesDone: number; bytesTotal: number }> {
    seat.line.setBandwidth(slow);
    await seat.core.downloads.add([id], quality);
    // More than what tells how long its pieces are, which comes before anything is claimed.
    await expect.poll(async () => (await item(id))?.bytesDone ?? 0).toBeGreaterThan(10_000);
    await seat.core.downloads.pause(id);
    seat.line.setBandwidth(null);
    const { bytesDone, bytesTotal } = (await item(id)) ?? { bytesDone: 0, bytesTotal: 0 };
    expect(bytesDone).toBeLessThan(bytesTotal);
    return { bytesDone, bytesTotal };
  }

  it('is so in the plan, in the list, on the storage bar and in the quality menu, by the same figures', async () => {
    const { bytesDone, bytesTotal } = await halve(ids[0], '720p');
    expect(await seat.core.downloads.plan([ids[0]], '720p')).toMatchObject({ exact: true, bytes: bytesTotal, presentBytes: bytesDone });
    const storage = await seat.core.downloads.storage();
    expect(storage).toMatchObject({ lessonBytes: bytesDone, queuedBytes: bytesTotal - bytesDone, byCourse: [{ bytes: bytesDone }] });
    // Sound and captions are the same at every quality, and here already in part.
    const other = await seat.core.downloads.plan([ids[0]], '480p');
    expect(other.presentBytes).toBeGreaterThan(0);
    expect(other.presentBytes).toBeLessThan(bytesDone);

    const { mediaId, qualities, durationMs } = await seat.core.playback.open(ids[0]);
    const offer = qualities.find(({ quality }) => quality === '720p');
    expect(offer).toMatchObject({ bytes: bytesTotal, onThisComputer: false });
    const { renditions } = await seat.core.playback.availability(mediaId);
    const local = renditions.find(({ quality }) => quality === '720p')?.ranges ?? [];
    // By time, where the others count bytes: no minute of a lesson weighs as much as another.
    const cost = restCost({ bytes: bytesTotal, durationMs, fromMs: 0, local });
    expect(Math.abs(cost.bytes - (bytesTotal - bytesDone))).toBeLessThan(bytesTotal * 0.25);
    await seat.core.playback.close(mediaId);
    // And after a restart, before anybody looked at it again.
    await seat.sitDown();
    expect(await item(ids[0])).toMatchObject({ bytesDone, bytesTotal });
    expect(await seat.core.downloads.plan([ids[0]], '720p')).toMatchObject({ bytes: bytesTotal, presentBytes: bytesDone });
    expect(await seat.core.downloads.storage()).toMatchObject({ lessonBytes: bytesDone, byCourse: [{ bytes: bytesDone }] });
  });

  it('without a manifest is planned as about so much until it is described; then exactly, with what is here', async () => {
    expect(await seat.core.downloads.plan([ids[1]], 'original')).toMatchObject({ exact: false, presentBytes: 0 });
    // One that is not exact makes the whole sum so.
    expect(await seat.core.downloads.plan([ids[0], ids[1]], '480p')).toMatchObject({ exact: false });
    await seat.core.downloads.add([ids[1]], 'original');
    await becomes(ids[1], 'ready');
    const { bytesTotal } = (await item(ids[1])) ?? {};
    expect(await seat.core.downloads.plan([ids[1]], 'original')).toMatchObject({ exact: true, bytes: bytesTotal, presentBytes: bytesTotal, etaSeconds: 0 });
    expect(await seat.core.downloads.storage()).toMatchObject({ lessonBytes: bytesTotal, queuedBytes: 0 });
  });
});

it('what is queued is room that another plan does not have, and the reserve is nobody\'s', async () => {
  const mebibyte = 1024 * 1024;
  await seat.core.downloads.pauseAll();
  seat.line.setBandwidth(slow);
  await seat.core.downloads.add([ids[0], ids[2]], '480p');
  await seat.core.downloads.pauseAll();
  const waiting = (await items()).reduce((sum, { bytesTotal, bytesDone }) => sum + bytesTotal - bytesDone, 0);
  expect(waiting).toBeGreaterThan(0);
  // A quota, since the disk itself changes under us.
  await seat.core.settings.set({ lessonQuotaBytes: 10 * mebibyte });
  const { queuedBytes, freeBytes, reservedBytes, lessonBytes, cacheBytes, totalBytes } = await seat.core.downloads.storage();
  expect({ queuedBytes, freeBytes, reservedBytes }).toEqual({ queuedBytes: waiting, freeBytes: 10 * mebibyte - lessonBytes, reservedBytes: 200 * mebibyte });
  expect(lessonBytes + cacheBytes + freeBytes + reservedBytes).toBeLessThan(totalBytes);
  expect((await seat.core.downloads.plan([ids[1]], 'original')).freeBytes).toBe(freeBytes - waiting);
  // What is planned is not counted against itself.
  expect((await seat.core.downloads.plan([ids[0], ids[2]], '480p')).freeBytes).toBe(freeBytes);
  await seat.core.settings.set({ lessonQuotaBytes: null });
});

it('a lesson that the school mended is brought up to date by what changed alone', async () => {
  const school = temporaryFolder();
  cpSync(await encodeTinySchool(), school, { recursive: true });
  const other = await startSchoolServer(school);
  try {
    seat.line.setTarget(other.url);
    await seat.sitDownElsewhere();
    await seat.core.downloads.add([ids[0]], '480p');
    await becomes(ids[0], 'ready');
    const before = seat.line.bytesDown(/^\/media\//);
    const captions = join(school, 'lessons', ids[0], 'captions.en.vtt');
    writeFileSync(captions, `${readFileSync(captions, 'utf8')}\n\nNOTE a word was mended\n`);
    await other.restart();
    seat.line.setTarget(other.url);
    await seat.core.catalog.refresh();
    const fetched = () => seat.line.bytesDown(/^\/media\//) - before;
    await expect.poll(fetched).toBeGreaterThan(0);
    await becomes(ids[0], 'ready');
    expect((await seat.core.catalog.lesson(ids[0])).revision).toBe(2);
    expect(fetched()).toBeLessThan(10_000);
    expect(await seat.core.downloads.verify(ids[0])).toBe(0);
  } finally {
    await other.close();
  }
});
