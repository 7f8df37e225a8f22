import { expect, test, type Locator } from '@playwright/test';
import { value } from '../../harness/fixture-bridge.ts';
import { createSchool, download, playbackSource } from '../../harness/screens/school.ts';
import { openStage, type Stage } from '../../harness/screens/stage.ts';

// What is narrow by its place must not be broken in the middle of a word.
const school = createSchool();
let stage: Stage;

test.beforeAll(async () => {
  stage = await openStage();
  await stage.resize(900, 600);
});
test.afterAll(async () => stage.close());

test('the button beside a long notice keeps its word on one line', async () => {
  const long = { ...download(school, 0, { state: 'ready' }), lessonTitle: 'How a file survives a bad line, and why that is no luck' };
  await stage.show({ ...school.answers, ...value('downloads.list', [long]) });
  const { page } = stage;
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.keyboard.press('Alt+2');
  await page.getByRole('button', { name: /^Remove How a file/ }).click();
  expect(await linesOf(page.getByRole('button', { name: 'Undo' }))).toBe(1);
});

test('at the very end of the bar the chapter is read in words, inside the window', async () => {
  const chapters = [{ startMs: 0, title: 'Why the left wall is thicker' }];
  await stage.show({
    ...school.answers,
    ...value('playback.open', playbackSource(school, 0, { chapters })),
    ...value('playback.availability', { mediaId: 'media-1', renditions: [] }),
    ...value('progress.report', undefined),
  });
  const { page } = stage;
  await page.locator('.card-button').first().click();
  await page.getByRole('button', { name: /^Play Four/ }).click();
  await page.waitForFunction(() => (document.querySelector('video')?.getVideoPlaybackQuality().totalVideoFrames ?? 0) > 2);
  await page.mouse.move(300, 200);
  const bar = await page.locator('.seek-track').boundingBox();
  if (!bar) throw new Error('The bar is not drawn');
  for (const share of [0.01, 0.99]) {
    await page.mouse.move(bar.x + bar.width * share, bar.y + bar.height / 2);
    const title = page.locator('.seek-chapter-title');
    await expect(title).toHaveText('Why the left wall is thicker');
    expect(await linesOf(title)).toBe(1);
    const { x, width } = (await page.locator('.seek-time').boundingBox()) ?? { x: -1, width: 0 };
    expect(x).toBeGreaterThanOrEqual(0);
    expect(x + width).toBeLessThanOrEqual(900);
  }
});

/** How many lines its text is drawn in. */
function linesOf(place: Locator): Promise<number> {
  return place.evaluate((element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    return new Set([...range.getClientRects()].filter(({ width }) => width > 0).map(({ top }) => Math.round(top))).size;
  });
}
