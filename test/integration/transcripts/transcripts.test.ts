import { expect, it } from 'vitest';
import type { Core } from '../../../src/core/compose.ts';
import { openCoreAtSchool } from '../../harness/core-at-school.ts';
import { schoolBehindLine } from '../../harness/school-behind-line.ts';
import { people } from '../../harness/tiny-school.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';

const school = schoolBehindLine();

async function found(core: Core, words: string) {
  const { lessons } = await core.transcripts.search(words);
  return lessons.map(({ lessonId, count, lines }) => ({ lessonId, count, said: lines.map(({ parts }) => parts.filter((part) => part.found).map(({ text }) => text)) }));
}

it('finds what is said in lessons on this computer, without a line, for those who may watch them, until the lesson goes', async () => {
  const core = await openCoreAtSchool({ data: temporaryFolder(), url: school.line.url });
  try {
    expect(await core.transcripts.search('water')).toEqual({ lessons: [], searched: 0 });
    await core.downloads.add(['making-tea'], '360p');
    await expect.poll(async () => (await core.downloads.list())[0]?.state).toBe('ready');
    await school.line.cut();

    const [lesson] = (await core.transcripts.search('fresh WATER')).lessons;
    expect(lesson).toMatchObject({ lessonId: 'making-tea', count: 1 });
    expect(lesson?.lines[0]?.parts.map(({ text }) => text).join('')).toMatch(/boil fresh water/);
    expect(await found(core, 'fres')).toEqual([{ lessonId: 'making-tea', count: 1, said: [['fresh']] }]);
    expect(await found(core, 'water nowhere')).toEqual([]);
    expect((await found(core, '" OR *'))[0]?.said).toEqual([['or']]);
    await school.line.resume();

    // Who is not in the course finds nothing of it on the same computer.
    await core.accounts.signOut();
    await core.accounts.signIn(people.letters.email, people.letters.password);
    await core.catalog.refresh();
    expect(await found(core, 'fresh')).toEqual([]);

    await core.accounts.signOut();
    await core.accounts.signIn(people.both.email, people.both.password);
    expect(await found(core, 'fresh')).toHaveLength(1);
    await core.downloads.remove(['making-tea']);
    expect(await core.transcripts.search('fresh')).toEqual({ lessons: [], searched: 0 });
  } finally {
    await core.dispose();
  }
});
