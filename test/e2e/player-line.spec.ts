import { expect, test } from '@playwright/test';
import { playedRanges } from '../harness/player-eye.ts';
import { openWorld, type Desk, type World } from '../harness/world.ts';

// The real app at the end of a real line that is cut in the middle of a lesson, of which a part has come.
const course = 'How the internet survives a bad line';
const title = 'How a file survives a bad line';
const lessonId = 'how-a-file-survives';

let world: World;
let desk: Desk;

test.beforeAll(async () => {
  const school = process.env['TEACHIFY_DEMO_SCHOOL'];
  if (!school) throw new Error('TEACHIFY_DEMO_SCHOOL names no encoded school; npm test sets it');
  world = await openWorld({ school });
  desk = await (await world.seat('line')).sitDown();
  await desk.student.signInAsDemo();
  await desk.student.openCourse(course);
});
test.afterAll(() => world?.close());

const position = () => desk.page.locator('video').evaluate((video: HTMLVideoElement) => video.currentTime);
/** Seconds of the lesson up to which it is on this computer, as the bar shows it. */
const hereUntil = () =>
  desk.page.evaluate(() => {
    const [first] = document.querySelectorAll('.seek-local');
    const track = first?.parentElement?.getBoundingClientRect();
    const video = document.querySelector('video');
    return first && track && video ? ((first.getBoundingClientRect().right - track.left) * video.duration) / track.width : 0;
  });

test('plays to the end of what is here when the line is cut, says so, and goes on by itself when it is back', async () => {
  const { page, student } = desk;
  await student.play(title);
  await expect.poll(position).toBeGreaterThan(1);
  await expect.poll(hereUntil).toBeGreaterThan(20);
  await world.line.cut();
  const card = page.locator('.player-card');
  // Nobody waits for a minute of lesson here: close to the end of what came.
  await page.evaluate((seconds) => {
    const video = document.querySelector('video');
    if (video) video.currentTime = seconds - 4;
  }, await hereUntil());
  await expect(card).toContainText('The next part is not on this computer yet', { timeout: 120_000 });
  await expect.poll(async () => (await hereUntil()) - (await position()), { timeout: 60_000 }).toBeLessThan(2);
  await expect(card).toBeVisible();
  const stoodAt = await position();
  // It asks once more when told to, and stands where it stood.
  await card.getByRole('button', { name: 'Try again' }).click();
  await expect(card.getByRole('button', { name: 'Try again' })).toBeVisible();

  await world.line.resume();
  await expect(card).toBeHidden({ timeout: 120_000 });
  await expect.poll(position, { timeout: 60_000 }).toBeGreaterThan(stoodAt + 2);
  // Nothing was jumped over where it had stood still, but for what hls.js may nudge it by.
  const around = [stoodAt * 1000 - 1000, stoodAt * 1000 + 1000] as const;
  const shown = (await playedRanges(page)).map(([start, end]) => Math.max(0, Math.min(end, around[1]) - Math.max(start, around[0])));
  expect(shown.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(1500);
  await student.back();
  const [[from, to] = [0, 0]] = await desk.availableRanges(lessonId);
  expect(from).toBe(0);
  expect(to).toBeGreaterThan(stoodAt * 1000 + 1000);
});

test('a server that fails while the line is well is asked again by itself', async () => {
  const { page, student } = desk;
  await student.play(title);
  await expect.poll(position).toBeGreaterThan(1);
  world.line.dropAnswers({ every: 1, path: /^\/media\//, status: 500 });
  await page.evaluate(() => {
    const video = document.querySelector('video');
    if (video) video.currentTime = 500;
  });
  const card = page.locator('.player-card');
  await expect(card).toContainText("The school's server has a problem", { timeout: 60_000 });
  world.line.dropAnswers(null);
  await expect(card).toBeHidden({ timeout: 120_000 });
  await expect.poll(position, { timeout: 60_000 }).toBeGreaterThan(500.5);
  await student.back();
});
