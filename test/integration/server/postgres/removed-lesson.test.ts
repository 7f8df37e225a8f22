import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { commandLine } from '../../../../src/server/services/audit.ts';
import { createCourses } from '../../../../src/server/services/courses.ts';
import { createPublication } from '../../../../src/server/services/publication.ts';
import { openSchoolKeys } from '../../../../src/server/services/school-keys.ts';
import { createFolderStorage } from '../../../../src/server/storage/folder-storage.ts';
import { openStore } from '../../../../src/server/store/database.ts';
import { freshDatabase } from '../../../harness/postgres-of-run.ts';
import { names } from '../../../harness/storage/storage-contract.ts';
import { temporaryFolder } from '../../../harness/temporary-folder.ts';
import { encodeTinySchool } from '../../../harness/tiny-school.ts';

it.each(['a lesson', 'its course'])('%s that is removed just as a recording of it is written down does not come back without its files', async (what) => {
  const folder = temporaryFolder();
  const address = await freshDatabase(folder);
  const [store, other] = [await openStore(address), await openStore(address)];
  const third = new pg.Client({ connectionString: address });
  await third.connect();
  onTestFinished(async () => {
    await third.end();
    await store.destroy();
    await other.destroy();
  });
  const media = createFolderStorage(join(folder, 'media'));
  const encoded = join(folder, 'encoded');
  await cp(join(await encodeTinySchool(), 'lessons', 'making-tea'), encoded, { recursive: true });
  await store.insertInto('courses').values({ id: 'tea', position: 0, title: 'Tea', description: '', language: 'en', poster_sha256: null, poster_type: null }).execute();
  const publication = createPublication({ store, media, keys: await openSchoolKeys(store, join(folder, 'keys.json')), now: () => 1 });
  await publication.publish(encoded);
  const { captions } = JSON.parse(await readFile(join(encoded, 'lesson.json'), 'utf8')) as { captions: { file: string }[] };
  const before = await readFile(join(encoded, captions[0]?.file ?? ''));
  const replaced = await store.selectFrom('published_files').select('sha256').where('bytes', '=', before.length + 16 - (before.length % 16)).executeTakeFirstOrThrow();
  await writeFile(join(encoded, captions[0]?.file ?? ''), `${before.toString()}\nmended\n`);

  // Those before wait for this one, where they say that no lesson names the captions of before any more.
  await third.query('begin');
  await third.query('insert into loose_media (sha256, lesson_id, since) values ($1, $2, 1)', [replaced.sha256, 'making-tea']);
  const waiting = async () => Number((await third.query<{ many: string }>("select count(*) as many from pg_stat_activity where datname = current_database() and backend_type = 'client backend' and wait_event_type = 'Lock'")).rows[0]?.many);
  const publishing = publication.publish(encoded).then(() => 'published', (error: Error) => error.message);
  await expect.poll(waiting).toBe(1);
  const courses = createCourses({ store: other, media, now: () => 1 });
  let isRemoved = false;
  const removing = (what === 'a lesson' ? courses.removeLesson(commandLine, 'making-tea') : courses.remove(commandLine, 'tea')).finally(() => (isRemoved = true));
  await expect.poll(async () => isRemoved || (await waiting()) === 2).toBe(true);
  await third.query('rollback');
  await Promise.all([publishing, removing]);
  expect(await store.selectFrom('lessons').select('id').execute()).toEqual([]);
  const left = await store.selectFrom('loose_media').select('sha256').execute();
  expect((await names(media)).filter((name) => left.every(({ sha256 }) => sha256 !== name))).toHaveLength(1);
});
