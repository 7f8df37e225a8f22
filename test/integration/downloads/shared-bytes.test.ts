import { statSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import type { Core } from '../../../src/core/compose.ts';
import { blockFiles } from '../../harness/belongings.ts';
import { openCoreAtSchool } from '../../harness/core-at-school.ts';
import { schoolBehindLine } from '../../harness/school-behind-line.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';
import { people } from '../../harness/tiny-school.ts';

const lesson = 'making-tea';
const school = schoolBehindLine();
let core: Core;
let data: string;
const takeHome = async () => {
  await core.downloads.add([lesson], '360p');
  await expect.poll(async () => (await core.downloads.list())[0]?.state).toBe('ready');
};
const sitDown = async (who: keyof typeof people) => {
  await core.accounts.signIn(people[who].email, people[who].password);
  await core.catalog.refresh();
};
const onDisk = () => blockFiles(data).reduce((sum, file) => sum + statSync(file).size, 0);
const pieceBytes = () => school.line.requests.reduce((sum, { path, range, bytesDown }) => sum + (path.startsWith('/media/') && range !== null ? bytesDown : 0), 0);

it('a lesson that two students have at home lies on the disk once, is counted once, and goes when the last one gives it back', async () => {
  data = temporaryFolder();
  core = await openCoreAtSchool({ data, url: school.line.url, who: 'tea' });
  onTestFinished(() => core.dispose());
  await takeHome();
  const [bytes, disk, carried] = [(await core.downloads.storage()).lessonBytes, onDisk(), pieceBytes()];
  expect(bytes).toBeGreaterThan(10_000);
  expect(disk).toBeGreaterThanOrEqual(bytes);

  await sitDown('both');
  // Nobody is told of another one's downloads; that the bytes are here costs this student nothing.
  expect(await core.downloads.list()).toEqual([]);
  expect((await core.downloads.plan([lesson], '360p')).presentBytes).toBe(bytes);
  await takeHome();
  expect([onDisk(), pieceBytes()]).toEqual([disk, carried]);
  const { lessonBytes, cacheBytes, byCourse } = await core.downloads.storage();
  expect([lessonBytes, byCourse.map((course) => course.bytes)]).toEqual([bytes, [bytes]]);
  expect(cacheBytes).toBeLessThan(bytes);

  await core.downloads.remove([lesson]);
  expect([onDisk(), await core.downloads.list()]).toEqual([disk, []]);
  await sitDown('tea');
  expect((await core.downloads.list())[0]).toMatchObject({ lessonId: lesson, state: 'ready' });
  expect(await core.downloads.verify(lesson)).toBe(0);
  await core.downloads.remove([lesson]);
  expect((await core.downloads.storage()).lessonBytes).toBe(0);
  expect(onDisk()).toBeLessThan(disk);
});
