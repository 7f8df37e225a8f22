import { expect, test } from '@playwright/test';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { askApp } from '../harness/ask-app.ts';
import { encodeCmaf, encodeLockedTs, openForeignHouse, type ForeignHouse } from '../harness/foreign-hls.ts';
import { watchVideo } from '../harness/player-eye.ts';
import { openWorld, type World } from '../harness/world.ts';

// Lessons whose video lies with somebody else, in the real app.
const run = promisify(execFile);
let world: World;
let house: ForeignHouse;
let folder = '';

test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'teachify-elsewhere-'));
  await Promise.all([encodeLockedTs(folder), encodeCmaf(folder)]);
  house = await openForeignHouse(folder);
  world = await openWorld();
});
test.afterAll(async () => {
  await world?.close();
  await house?.close();
  await rm(folder, { recursive: true, force: true });
});

for (const [what, path, quality] of [
  ['MPEG-2 TS under a key', 'ts/playlist.m3u8', 'original'],
  ['fragmented MP4 with sound apart', 'cmaf/master.m3u8', '90p'],
] as const) {
  test(`${what} from another house plays online, is taken home, and plays without either house`, async () => {
    Object.assign(house.manner, { permission: null });
    await world.line.resume();
    const seat = await world.seat(`elsewhere-${quality}`);
    const desk = await seat.sitDown();
    const { page, student } = desk;
    await student.signInAsDemo();
    // The library stands there before its first answer from the school.
    await askApp(page, 'catalog.refresh');
    const { courses } = await askApp<{ courses: { id: string; title: string }[] }>(page, 'catalog.view');
    const [course] = courses;
    if (!course) throw new Error('The school has no course');
    const id = `from-elsewhere-${quality}`;
    const main = join(import.meta.dirname, '../../src/server/main.ts');
    await run(process.execPath, [main, 'add-lesson', `${house.url}/${path}`, '--title', `Guest ${quality}`, '--id', id, '--course', course.id, '--data', world.server.folder]);
    await askApp(page, 'catalog.refresh');
    await student.openCourse(course.title);

    await student.play(`Guest ${quality}`);
    await expect.poll(async () => (await watchVideo(page, 400)).presented).toBeGreaterThan(1);
    await student.back();

    await askApp(page, 'downloads.add', { lessonIds: [id], quality });
    const state = async () => (await askApp<{ lessonId: string; state: string }[]>(page, 'downloads.list')).find(({ lessonId }) => lessonId === id)?.state;
    await expect.poll(state).toBe('ready');
    await world.line.cut();
    house.manner.permission = 'never';
    await desk.close();

    const again = await seat.sitDown();
    await again.student.openCourse(course.title);
    await again.student.play(`Guest ${quality}`);
    await expect.poll(async () => (await watchVideo(again.page, 400)).presented).toBeGreaterThan(1);
    await again.close();
  });
}
