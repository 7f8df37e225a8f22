import { expect, test } from '@playwright/test';
import { rangesLength, unionRanges, type TimeRange } from '../../src/shared/models/ranges.ts';
import type { Album } from './album.ts';
import { askedRange, lessonFiles, overlap, verifiedBytes } from './media-books.ts';
import { difference, playedRanges, watchVideo } from './player-eye.ts';
import { longLesson, viewServer } from './server-view.ts';
import type { Desk, Seat, World } from './world.ts';

export interface Telling {
  readonly world: World;
  readonly album: Album;
  /** Lets a visitor look at what is on the screen; a test does not wait. */
  readonly linger: (seconds: number) => Promise<void>;
}

const quality = '480p';
/** Two frames of the player's clock; a boundary cannot be named closer. */
const boundaryMs = 150;

/** Issue by issue the same evening: a student takes a lesson home over a bad line, loses power, loses the line, and loses nothing else. */
export async function tellStory({ world, album, linger }: Telling): Promise<void> {
  const server = await viewServer(world.server.url);
  const { lesson, course } = longLesson(await server.courses(), 10);
  const files = await lessonFiles(server, lesson.id, quality);
  const mediaPaths = new Map([...files.pieces.keys()].map((id) => [`/media/${id}`, id]));
  const size = [...files.pieces.values()].flat().reduce((sum, { length }) => sum + length, 0);
  const seat = await world.seat('home');
  let desk: Desk;
  const take = async (name: string) => {
    await album.take(desk.app, name);
    await linger(2);
  };

  await test.step('signs in', async () => {
    desk = await seat.sitDown();
    await expect(desk.page.getByText('This is a demo school')).toBeVisible();
    await take('sign-in');
    await desk.student.signInAsDemo();
    await expect(desk.page.getByRole('button', { name: course.title })).toBeVisible();
    await desk.page.waitForLoadState('networkidle');
    await take('home-new');
  });

  const downloadPercent = async () => Number(await desk.page.getByRole('progressbar', { name: new RegExp(`^${escape(lesson.title)}`) }).getAttribute('aria-valuenow'));

  await test.step('takes the ten-minute lesson home at 480p, over 2 Mbit/s', async () => {
    await desk.student.openCourse(course.title);
    await take('course');
    world.line.setBandwidth(2_000_000);
    await desk.page.getByRole('button', { name: new RegExp(`^Download ${escape(lesson.title)}, ${quality}`) }).click();
    await expect(desk.page.getByRole('button', { name: `Pause the download of ${lesson.title}` })).toBeVisible();
    await desk.student.go('Downloads');
    await expect.poll(downloadPercent, { timeout: 60_000 }).toBeGreaterThan(15);
    await take('downloads-running');
  });

  let verified = new Map<string, TimeRange[]>();
  let askedBefore = 0;
  await test.step('the power goes at 40 to 60 %', async () => {
    await expect.poll(downloadPercent, { timeout: 120_000, intervals: [100] }).toBeGreaterThanOrEqual(45);
    await desk.kill();
    askedBefore = world.line.requests.length;
    verified = await verifiedBytes(seat.folder, files);
    const share = [...verified.values()].reduce((sum, ranges) => sum + rangesLength(ranges), 0) / size;
    expect(share).toBeGreaterThan(0.4);
    expect(share).toBeLessThan(0.6);
  });

  await test.step('starts again: it goes on by itself, and no verified piece crosses the line twice', async () => {
    desk = await seat.sitDown();
    await desk.student.go('Downloads');
    expect(await downloadPercent()).toBeGreaterThanOrEqual(40);
    await take('downloads-after-power-cut');
    await expect(desk.page.getByRole('region', { name: 'On this computer' }).or(desk.page.locator('.download-row .here'))).toBeVisible({ timeout: 120_000 });
    await take('downloads-ready');
    world.line.setBandwidth(null);

    for (const [path, id] of mediaPaths) {
      const again = world.server.requests().filter((request) => request.path === path).slice(world.line.requests.slice(0, askedBefore).filter((request) => request.path === path).length);
      const asked = again.map(({ range }) => askedRange(range));
      expect(overlap(asked, verified.get(id) ?? []), `verified bytes of ${path} asked of the server again`).toBe(0);
    }
    const carried = world.line.requests.filter(({ path }) => mediaPaths.has(path)).reduce((sum, { bytesDown }) => sum + bytesDown, 0);
    expect(carried).toBeGreaterThanOrEqual(size);
    expect(carried).toBeLessThanOrEqual(size + 1024 * 1024);
  });

  await test.step('the server goes away: a banner says so', async () => {
    await world.server.stop();
    await desk.student.go('Home');
    await expect(desk.student.banner).toContainText('Offline since');
    await expect(desk.page.getByRole('heading', { name: 'Works now, without a connection' })).toBeVisible();
    await take('home-offline');
    await desk.page.getByRole('button', { name: course.title, exact: true }).click();
    await take('course-offline');
  });

  const played: TimeRange[][] = [];
  let leftAtMs = 0;
  await test.step('plays it from the disk: frames move, the bar seeks', async () => {
    const asked = world.line.requests.filter(({ path }) => path.startsWith('/media/')).length;
    await desk.student.play(lesson.title);
    await expect(desk.student.video).toHaveJSProperty('paused', false);
    await expect.poll(async () => (await watchVideo(desk.page, 200)).presented).toBeGreaterThan(0);
    const beginning = await watchVideo(desk.page, 4000);
    expect(beginning.toMs - beginning.fromMs).toBeGreaterThan(1300);
    expect(beginning.decoded).toBeGreaterThan(10);
    expect(beginning.presented).toBeGreaterThan(3);
    await take('player-offline');
    await desk.student.seekTo(0.5);
    await expect.poll(async () => (await watchVideo(desk.page, 300)).fromMs).toBeGreaterThan(lesson.durationMs * 0.45);
    const middle = await watchVideo(desk.page, 4000);
    expect(middle.toMs - middle.fromMs).toBeGreaterThan(1300);
    expect(middle.decoded).toBeGreaterThan(10);
    expect(difference(beginning.last, middle.last)).toBeGreaterThan(2);
    await take('player-after-seek');
    expect(world.line.requests.filter(({ path }) => path.startsWith('/media/')).length).toBe(asked);
    await desk.page.keyboard.press('k');
    await expect(desk.student.video).toHaveJSProperty('paused', true);
    played.push(await playedRanges(desk.page));
    leftAtMs = (await watchVideo(desk.page, 0)).fromMs;
    await take('player-paused');
  });

  await test.step('closes the app and starts it again, still offline: it goes on where it was', async () => {
    await desk.close();
    desk = await seat.sitDown();
    await expect(desk.student.banner).toContainText('Offline since');
    await expect(desk.page.getByRole('heading', { name: 'Continue' }).or(desk.page.getByRole('region', { name: 'Continue' }))).toBeVisible();
    await take('home-offline-continue');
    await desk.student.go('Activity');
    await expect(desk.page.getByText('It is safe on this computer')).toBeVisible();
    await take('activity-waiting');
    await desk.student.go('Home');
    await desk.page.getByRole('button', { name: `Continue ${lesson.title}` }).click();
    await expect.poll(async () => (await watchVideo(desk.page, 200)).presented).toBeGreaterThan(0);
    await watchVideo(desk.page, 2000);
    // Where it began, however far it has come by now.
    const [[beganAtMs] = [Number.NaN]] = await playedRanges(desk.page);
    expect(Math.abs(beganAtMs - leftAtMs)).toBeLessThan(5000);
    await take('player-resumed');
    await desk.page.keyboard.press('k');
    await expect(desk.student.video).toHaveJSProperty('paused', true);
    played.push(await playedRanges(desk.page));
    await desk.student.back();
  });

  await test.step('the server is back: what was watched is there within 30 seconds, exactly', async () => {
    expect(await server.progress(lesson.id).catch(() => undefined)).toBeUndefined();
    await world.server.start();
    const back = Date.now();
    const truth = unionRanges(...played);
    await expect
      .poll(async () => rangesLength((await server.progress(lesson.id).catch(() => undefined))?.ranges ?? []), { timeout: 30_000, intervals: [500] })
      .toBeGreaterThanOrEqual(rangesLength(truth) - truth.length * 2 * boundaryMs);
    test.info().annotations.push({ type: 'progress', description: `arrived ${Date.now() - back} ms after the server was back` });
    const arrived = (await server.progress(lesson.id))?.ranges ?? [];
    expectSameRanges(arrived, truth);
    expect(arrived).toEqual((await desk.progress(lesson.id))?.ranges);
    await desk.student.go('Activity');
    await expect(desk.page.getByText('Everything has been sent')).toBeVisible();
    await take('activity-sent');
    await desk.student.go('Home');
    await take('home-online-again');
    await desk.student.go('Settings');
    await take('settings');
    await desk.close();
  });

  await tellStreaming({ world, album, linger }, await world.seat('library'), lesson, course.title);
}

/** The same lesson on another machine, streamed; what was streamed is kept. */
async function tellStreaming({ world, album, linger }: Telling, seat: Seat, lesson: { id: string; title: string; durationMs: number }, courseTitle: string): Promise<void> {
  let desk: Desk;
  const take = async (name: string) => {
    await album.take(desk.app, name);
    await linger(2);
  };
  await test.step('streams the same lesson on a machine that has none of it', async () => {
    world.line.setBandwidth(2_000_000);
    desk = await seat.sitDown();
    await desk.student.signInAsDemo();
    await desk.student.openCourse(courseTitle);
    await desk.student.play(lesson.title);
    await expect.poll(async () => (await watchVideo(desk.page, 200)).presented).toBeGreaterThan(0);
    const seen = await watchVideo(desk.page, 5000);
    expect(seen.toMs - seen.fromMs).toBeGreaterThan(1300);
    await take('player-streaming');
    await expect.poll(async () => rangesLength(await desk.availableRanges(lesson.id))).toBeGreaterThan(10_000);
    await desk.student.back();
  });
  await test.step('what was streamed plays without the line, and costs nothing twice', async () => {
    await world.server.stop();
    await desk.close();
    desk = await seat.sitDown();
    await expect(desk.student.banner).toContainText('Offline since');
    await desk.student.openCourse(courseTitle);
    await desk.student.play(lesson.title);
    await expect.poll(async () => (await watchVideo(desk.page, 200)).presented).toBeGreaterThan(0);
    const seen = await watchVideo(desk.page, 3000);
    expect(seen.toMs - seen.fromMs).toBeGreaterThan(800);
    await take('player-streamed-offline');
    await desk.student.seekTo(0.8);
    await expect(desk.page.getByText('The next part is not on this computer yet')).toBeVisible();
    await take('player-gap-offline');
    await world.server.start();
    // Pictures that move: the place alone was there since the jump.
    await expect(desk.page.getByText('The next part is not on this computer yet')).toBeHidden({ timeout: 90_000 });
    await expect.poll(async () => (await watchVideo(desk.page, 300)).presented).toBeGreaterThan(0);
    await expect.poll(async () => (await watchVideo(desk.page, 300)).fromMs).toBeGreaterThan(lesson.durationMs * 0.8 + 1000);
    await take('player-gap-healed');
    await desk.close();
  });
}

/** The same milliseconds of the lesson, save for what lies between two frames at each boundary. */
function expectSameRanges(arrived: readonly TimeRange[], truth: readonly TimeRange[]): void {
  const apart = rangesLength(arrived) + rangesLength(truth) - 2 * overlap(arrived, truth);
  expect(apart, `arrived ${JSON.stringify(arrived)}, played ${JSON.stringify(truth)}`).toBeLessThanOrEqual(truth.length * 2 * boundaryMs);
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
