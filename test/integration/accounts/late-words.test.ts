import { expect, it, onTestFinished } from 'vitest';
import type { Core } from '../../../src/core/compose.ts';
import type { PlaybackSource } from '../../../src/shared/contracts/playback.ts';
import { openCoreAtSchool } from '../../harness/core-at-school.ts';
import { signInHere } from '../../harness/machine-at-school.ts';
import { schoolBehindLine } from '../../harness/school-behind-line.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';

const lesson = 'making-tea';
const school = schoolBehindLine();

async function openSeat(): Promise<{ core: Core; tea: string; both: string }> {
  const core = await openCoreAtSchool({ data: temporaryFolder(), url: school.line.url, who: 'tea' });
  onTestFinished(() => core.dispose());
  const idOf = () => core.accounts.current()?.accountId ?? '';
  const tea = idOf();
  await signInHere(core, 'both');
  await core.catalog.refresh();
  const both = idOf();
  await core.accounts.choose(tea, null);
  return { core, tea, both };
}
const watched = ({ sessionId, timelineId, epoch }: PlaybackSource, ms: number) => ({ sessionId, lessonId: lesson, timelineId, epoch, ranges: [[0, ms] as [number, number]], watchedMs: ms, positionMs: ms });
const known = async ({ progress }: Core) => (await progress.lessons()).map(({ watchedMs }) => watchedMs);

it('the last words of a player that is taken down when another student sat down are still of who watched', async () => {
  const { core, tea, both } = await openSeat();
  const source = await core.playback.open(lesson);
  await core.progress.report(watched(source, 500));
  const told: unknown[] = [];
  await core.accounts.choose(both, null);
  onTestFinished(core.progress.changed((lessons) => void told.push(...lessons)));
  await core.progress.report(watched(source, 900));
  expect(await known(core)).toEqual([]);
  // Nor is who sits here now told of it.
  expect(told).toEqual([]);
  await core.accounts.choose(tea, null);
  expect(await known(core)).toEqual([900]);

  // As when everybody steps aside, or signs out.
  await core.accounts.stepAside();
  await core.progress.report(watched(source, 1100));
  await core.accounts.choose(tea, null);
  expect(await known(core)).toEqual([1100]);
});

it('what was to count as not watched does so for who said so, and for nobody else', async () => {
  const { core, tea, both } = await openSeat();
  const source = await core.playback.open(lesson);
  await core.progress.report(watched(source, 500));
  await core.accounts.choose(both, null);
  await core.progress.report(watched(await core.playback.open(lesson), 700));
  await core.progress.startAnew(source.timelineId, tea);
  const ranges = async () => (await core.progress.lessons()).map((one) => one.ranges);
  expect(await ranges()).toEqual([[[0, 700]]]);
  await core.accounts.choose(tea, null);
  expect(await ranges()).toEqual([[]]);
});

it('a removal that was decided before another student sat down takes nothing from that one', async () => {
  const { core, tea, both } = await openSeat();
  const takeHome = async () => {
    await core.downloads.add([lesson], '360p');
    await expect.poll(async () => (await core.downloads.list())[0]?.state).toBe('ready');
  };
  await takeHome();
  await core.accounts.choose(both, null);
  await takeHome();
  await core.downloads.remove([lesson], tea);
  expect(await core.downloads.list()).toMatchObject([{ lessonId: lesson, state: 'ready' }]);
  expect(await core.downloads.verify(lesson)).toBe(0);
  await core.accounts.choose(tea, null);
  expect(await core.downloads.list()).toEqual([]);

  await core.accounts.stepAside();
  await core.downloads.remove([lesson], both);
  await core.accounts.choose(both, null);
  expect([await core.downloads.list(), (await core.downloads.storage()).lessonBytes]).toEqual([[], 0]);
});
