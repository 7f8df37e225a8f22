import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodedSchoolSchema, type EncodedSchool } from '../../shared/models/encoded-lesson.ts';
import type { Store } from '../store/database.ts';
import { inTurn } from '../store/transactions.ts';
import { touchCourse } from './catalog-changes.ts';
import { hashPassword } from './passwords.ts';
import type { Publication } from './publication.ts';

interface Dependencies {
  readonly store: Store;
  readonly publication: Publication;
  readonly now: () => number;
  readonly say: (sentence: string) => void;
}

/** Fills the server with an encoded school, or brings it up to date. Begun again after a crash, it does what is left. */
export async function seedSchool(folder: string, dependencies: Dependencies): Promise<void> {
  await inTurn(dependencies.store, 'seeding', () => seed(folder, dependencies));
}

async function seed(folder: string, { store, publication, now, say }: Dependencies): Promise<void> {
  const text = await readFile(join(folder, 'school.json'), 'utf8');
  const school = encodedSchoolSchema.parse(JSON.parse(text));
  const lessons = school.courses.flatMap((course) => course.lessons);
  for (const [position, course] of school.courses.entries()) {
    const poster = course.poster ? await publication.publishPicture(join(folder, course.poster)) : null;
    const { id, title, description, language } = course;
    const row = { id, position, title, description, language, poster_sha256: poster?.sha256 ?? null, poster_type: poster?.type ?? null };
    await store
      .insertInto('courses')
      .values(row)
      .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
      .execute();
    await touchCourse(store, id);
  }
  await seedPeople(store, school, now());
  for (const [index, id] of lessons.entries()) {
    if (await publication.publish(join(folder, 'lessons', id))) say(`Published lesson ${index + 1} of ${lessons.length}: ${id}`);
  }
  const demo = school.people.find(({ id }) => id === school.demoPerson);
  await remember(store, 'school_name', school.name);
  if (demo) await remember(store, 'demo', JSON.stringify({ email: demo.email, password: demo.password }));
}

async function seedPeople(store: Store, school: EncodedSchool, now: number): Promise<void> {
  const fingerprint = createHash('sha256').update(JSON.stringify(school.people)).digest('hex');
  const known = await store.selectFrom('settings').select('value').where('name', '=', 'seeded_people').executeTakeFirst();
  if (known?.value === fingerprint) return;
  for (const { id, name, email, password, role, courses } of school.people) {
    const row = { id, name, email: email.toLowerCase(), role, password_hash: await hashPassword(password) };
    await store
      .insertInto('people')
      .values(row)
      .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
      .execute();
    for (const course of courses) {
      await store
        .insertInto('enrolments')
        .values({ person_id: id, course_id: course, since: now, until: null })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    }
  }
  await remember(store, 'seeded_people', fingerprint);
}

async function remember(store: Store, name: string, value: string): Promise<void> {
  await store
    .insertInto('settings')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute();
}
