import { expect, it, onTestFinished } from 'vitest';
import type { Core } from '../../../src/core/compose.ts';
import { TeachifyError } from '../../../src/shared/errors.ts';
import { openCoreAtSchool } from '../../harness/core-at-school.ts';
import { schoolBehindLine } from '../../harness/school-behind-line.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';
import { people } from '../../harness/tiny-school.ts';

const lesson = 'making-tea';
const slow = 300_000;
const school = schoolBehindLine();

/** A lesson that comes slowly, begun. */
async function begun(): Promise<Core> {
  const core = await openCoreAtSchool({ data: temporaryFolder(), url: school.line.url });
  onTestFinished(() => core.dispose());
  school.line.setBandwidth(slow);
  await core.downloads.add([lesson], '480p');
  await expect.poll(async () => (await core.downloads.list())[0]?.bytesDone ?? 0, { interval: 10 }).toBeGreaterThan(10_000);
  return core;
}
async function becomesReady(core: Core): Promise<void> {
  await expect.poll(async () => (await core.downloads.list()).map(({ state }) => state)).toEqual(['ready']);
}

it('removed while it comes and taken home again in the same breath, a lesson is here whole', async () => {
  const core = await begun();
  for (let time = 0; time < 3; time++) {
    const removing = core.downloads.remove([lesson]);
    await core.downloads.add([lesson], '480p');
    await expect.poll(async () => (await core.downloads.list())[0]?.state, { interval: 5 }).toMatch(/running|ready/);
    await removing;
  }
  school.line.setBandwidth(null);
  await becomesReady(core);
  expect((await core.downloads.storage()).lessonBytes).toBe((await core.downloads.list())[0]?.bytesTotal);
  // A bit that spoke for bytes of a block that was removed would be found here.
  expect(await core.downloads.verify(lesson)).toBe(0);
});

it('what came for one student does not go on for who signs in next', async () => {
  const core = await begun();
  const asked = () => school.line.requests.flatMap(({ path, range }) => (path.startsWith('/media/') && range !== null ? [path] : []));
  await core.accounts.signIn(people.tea.email, people.tea.password);
  expect(await core.downloads.list()).toEqual([]);
  const before = asked();
  school.line.setBandwidth(null);
  await core.catalog.refresh();
  await core.downloads.add(['drinking-tea'], '480p');
  await becomesReady(core);
  expect(asked().slice(before.length).filter((path) => before.includes(path))).toEqual([]);
});

it('what is asked for while another student sits down belongs to who asked, or is refused; to the other one never', async () => {
  const core = await begun();
  const first = core.accounts.current()?.accountId;
  await core.accounts.signIn(people.tea.email, people.tea.password);
  const second = core.accounts.current()?.accountId;
  // Theirs too is the lesson.
  await core.catalog.refresh();
  if (!first || !second) throw new Error('Both are known here');
  let quality = '480p';
  for (const turns of [0, 1, 3, 10, 30, 100]) {
    await core.accounts.choose(first, null);
    await expect.poll(async () => (await core.downloads.list())[0]?.state, { interval: 5 }).toMatch(/running|queued/);
    const other = quality === '480p' ? '720p' : '480p';
    const asked = core.downloads.add([lesson], other).then(
      () => null,
      (error: unknown) => (error instanceof TeachifyError ? error.code : error),
    );
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    await core.accounts.choose(second, null);
    const refusal = await asked;
    expect([null, 'signed_out']).toContain(refusal);
    expect(await core.downloads.list()).toEqual([]);
    if (refusal === null) quality = other;
    await core.accounts.choose(first, null);
    expect((await core.downloads.list()).map((item) => item.quality)).toEqual([quality]);
  }
  school.line.setBandwidth(null);
  await becomesReady(core);
  expect(await core.downloads.verify(lesson)).toBe(0);
  expect((await core.downloads.list())[0]).toMatchObject({ quality, previous: null });
});
