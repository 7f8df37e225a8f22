import type { Enrolment } from '../../shared/api/school.ts';
import { TeachifyError } from '../../shared/errors.ts';
import { notFound } from '../errors.ts';
import type { Store } from '../store/database.ts';
import { inTransaction, takeTurn } from '../store/transactions.ts';
import { recordAction, type Actor } from './audit.ts';
import { countChange } from './catalog-changes.ts';
import { requireTeacherOf } from './course-access.ts';

/** Who is in which course. Each throws not_enrolled for whoever does not teach the course. */
export interface Enrolments {
  list(actor: Actor, courseId: string): Promise<Enrolment[]>;
  /** Throws not_found when there is no such person. Doing it twice changes nothing. */
  enrol(actor: Actor, courseId: string, who: { personId?: string | undefined; email?: string | undefined }): Promise<Enrolment>;
  /** At once, for every device. Throws conflict when a class of the person's has the course. */
  withdraw(actor: Actor, courseId: string, personId: string): Promise<void>;
}

export function createEnrolments(store: Store, now: () => number): Enrolments {
  return {
    list: async (actor, courseId) => {
      await requireTeacherOf(store, actor, courseId, now());
      return currentEnrolments(store, courseId, now());
    },
    enrol: async (actor, courseId, { personId, email }) =>
      inTransaction(store, async (db) => {
        await requireTeacherOf(db, actor, courseId, now());
        const people = db.selectFrom('people').select('id');
        const person = await (personId === undefined ? people.where('email', '=', email ?? '') : people.where('id', '=', personId)).executeTakeFirst();
        if (!person) throw notFound('Person');
        await enrolPerson(db, now(), actor, courseId, person.id);
        const enrolment = (await currentEnrolments(db, courseId, now())).find((one) => one.personId === person.id);
        if (!enrolment) throw new Error('The enrolment just made is not there');
        return enrolment;
      }),
    withdraw: async (actor, courseId, personId) =>
      inTransaction(store, async (db) => {
        await takeTurn(db, classesTurn);
        await requireTeacherOf(db, actor, courseId, now());
        if (await hasByClass(db, courseId, personId)) throw new TeachifyError('conflict', 'A class of this person has the course: take the person out of the class');
        await db.updateTable('enrolments').set({ own: 0 }).where('course_id', '=', courseId).where('person_id', '=', personId).execute();
        if (await settleEnrolment(db, now(), courseId, personId)) await recordAction(db, now(), actor, 'enrolment.end', courseId, { personId });
      }),
  };
}

/** What someone has by a class hangs on who is in it and which courses it has, which may change at the same moment. */
export const classesTurn = 'classes';

/** Inside the caller's transaction. @returns whether anything changed */
export async function enrolPerson(db: Store, at: number, actor: Actor, courseId: string, personId: string): Promise<boolean> {
  await db
    .insertInto('enrolments')
    .values({ person_id: personId, course_id: courseId, since: at, until: at, own: 1 })
    .onConflict((conflict) => conflict.columns(['person_id', 'course_id']).doUpdateSet({ own: 1 }))
    .execute();
  const changed = await settleEnrolment(db, at, courseId, personId);
  if (changed) await recordAction(db, at, actor, 'enrolment.begin', courseId, { personId });
  return changed;
}

/**
 * Brings one enrolment to what it should be: it stands when it is the person's own, or when a class of theirs has the course.
 * Inside the caller's transaction. @returns whether that changed anything
 */
export async function settleEnrolment(db: Store, at: number, courseId: string, personId: string): Promise<boolean> {
  const row = await db.selectFrom('enrolments').selectAll().where('course_id', '=', courseId).where('person_id', '=', personId).executeTakeFirst();
  const stands = row !== undefined && (row.until === null || Number(row.until) > at);
  const should = row?.own === 1 || (await hasByClass(db, courseId, personId));
  if (stands === should) return false;
  const version = await countChange(db);
  if (!row) {
    await db.insertInto('enrolments').values({ person_id: personId, course_id: courseId, since: at, until: null, own: 0, version }).execute();
  } else {
    const change = should ? { since: at, until: null } : { until: at };
    await db.updateTable('enrolments').set({ ...change, version }).where('course_id', '=', courseId).where('person_id', '=', personId).execute();
  }
  return true;
}

async function hasByClass(db: Store, courseId: string, personId: string): Promise<boolean> {
  const found = await db
    .selectFrom('class_members')
    .innerJoin('class_courses', 'class_courses.class_id', 'class_members.class_id')
    .select('class_members.class_id')
    .where('class_members.person_id', '=', personId)
    .where('class_courses.course_id', '=', courseId)
    .executeTakeFirst();
  return found !== undefined;
}

async function currentEnrolments(store: Store, courseId: string, at: number): Promise<Enrolment[]> {
  const rows = await store
    .selectFrom('enrolments')
    .innerJoin('people', 'people.id', 'enrolments.person_id')
    .select(['people.id', 'people.name', 'people.email', 'people.role', 'enrolments.since', 'enrolments.own'])
    .where('enrolments.course_id', '=', courseId)
    .where((eb) => eb.or([eb('enrolments.until', 'is', null), eb('enrolments.until', '>', at)]))
    .orderBy('people.name')
    .orderBy('people.id')
    .execute();
  return rows.map(({ id, name, email, role, since, own }) => ({ personId: id, name, email, role, since: Number(since), own: own === 1 }));
}
