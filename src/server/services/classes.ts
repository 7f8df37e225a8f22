import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { ClassResponse, classSchema } from '../../shared/api/school.ts';
import { TeachifyError } from '../../shared/errors.ts';
import { notFound } from '../errors.ts';
import type { Store } from '../store/database.ts';
import { inTransaction, takeTurn } from '../store/transactions.ts';
import { recordAction, type Actor } from './audit.ts';
import { requireAdmin } from './course-access.ts';
import { classesTurn, settleEnrolment } from './enrolments.ts';
import { personOf } from './people.ts';

type Class = z.infer<typeof classSchema>;

/** Students that are enrolled together: who is in a class is in its courses. Each throws forbidden for all but admins, and not_found. */
export interface Classes {
  list(actor: Actor): Promise<Class[]>;
  get(actor: Actor, classId: string): Promise<ClassResponse>;
  /** Throws conflict when the id is taken. */
  create(actor: Actor, given: { id?: string | undefined; name: string }): Promise<Class>;
  rename(actor: Actor, classId: string, name: string): Promise<Class>;
  /** Ends what its people had only by it. */
  remove(actor: Actor, classId: string): Promise<void>;
  setMember(actor: Actor, classId: string, personId: string, isMember: boolean): Promise<void>;
  setCourse(actor: Actor, classId: string, courseId: string, isTaken: boolean): Promise<void>;
}

export function createClasses(store: Store, now: () => number): Classes {
  const require = async (db: Store, classId: string): Promise<Class> => {
    const found = await db.selectFrom('classes').selectAll().where('id', '=', classId).executeTakeFirst();
    if (!found) throw notFound('Class');
    return found;
  };
  /** Does something to a class, and brings every enrolment that hangs on it in order. */
  const change = (actor: Actor, classId: string, action: string, details: object, work: (db: Store) => Promise<unknown>) => {
    requireAdmin(actor);
    return inTransaction(store, async (db) => {
      await takeTurn(db, classesTurn);
      await require(db, classId);
      const before = await pairsOf(db, classId);
      await work(db);
      const pairs = new Map([...before, ...(await pairsOf(db, classId))]);
      for (const { personId, courseId } of pairs.values()) await settleEnrolment(db, now(), courseId, personId);
      await recordAction(db, now(), actor, action, classId, details);
    });
  };
  return {
    list: async (actor) => {
      requireAdmin(actor);
      return store.selectFrom('classes').selectAll().orderBy('name').orderBy('id').execute();
    },
    get: async (actor, classId) => {
      requireAdmin(actor);
      const found = await require(store, classId);
      const members = store.selectFrom('class_members').select('person_id').where('class_id', '=', classId);
      const people = await store.selectFrom('people').selectAll().where('id', 'in', members).orderBy('name').orderBy('id').execute();
      const courses = await store.selectFrom('class_courses').select('course_id').where('class_id', '=', classId).orderBy('course_id').execute();
      return { class: found, people: people.map(personOf), courseIds: courses.map(({ course_id }) => course_id) };
    },
    create: async (actor, { id = randomUUID(), name }) => {
      requireAdmin(actor);
      return inTransaction(store, async (db) => {
        const { numInsertedOrUpdatedRows } = await db.insertInto('classes').values({ id, name }).onConflict((conflict) => conflict.doNothing()).executeTakeFirst();
        if (!numInsertedOrUpdatedRows) throw new TeachifyError('conflict', 'There is a class of this id');
        await recordAction(db, now(), actor, 'class.create', id, { name });
        return { id, name };
      });
    },
    rename: async (actor, classId, name) => {
      await change(actor, classId, 'class.rename', { name }, (db) => db.updateTable('classes').set({ name }).where('id', '=', classId).execute());
      return { id: classId, name };
    },
    remove: (actor, classId) =>
      change(actor, classId, 'class.remove', {}, async (db) => {
        for (const table of ['class_members', 'class_courses'] as const) await db.deleteFrom(table).where('class_id', '=', classId).execute();
        await db.deleteFrom('classes').where('id', '=', classId).execute();
      }),
    setMember: (actor, classId, personId, isMember) =>
      change(actor, classId, isMember ? 'class.join' : 'class.leave', { personId }, async (db) => {
        if (!isMember) return db.deleteFrom('class_members').where('class_id', '=', classId).where('person_id', '=', personId).execute();
        if (!(await db.selectFrom('people').select('id').where('id', '=', personId).executeTakeFirst())) throw notFound('Person');
        return db.insertInto('class_members').values({ class_id: classId, person_id: personId }).onConflict((conflict) => conflict.doNothing()).execute();
      }),
    setCourse: (actor, classId, courseId, isTaken) =>
      change(actor, classId, isTaken ? 'class.take-course' : 'class.leave-course', { courseId }, async (db) => {
        if (!isTaken) return db.deleteFrom('class_courses').where('class_id', '=', classId).where('course_id', '=', courseId).execute();
        if (!(await db.selectFrom('courses').select('id').where('id', '=', courseId).executeTakeFirst())) throw notFound('Course');
        return db.insertInto('class_courses').values({ class_id: classId, course_id: courseId }).onConflict((conflict) => conflict.doNothing()).execute();
      }),
  };
}

/** Who has which course by this class. */
async function pairsOf(db: Store, classId: string): Promise<[string, { personId: string; courseId: string }][]> {
  const rows = await db
    .selectFrom('class_members')
    .innerJoin('class_courses', 'class_courses.class_id', 'class_members.class_id')
    .select(['class_members.person_id', 'class_courses.course_id'])
    .where('class_members.class_id', '=', classId)
    .execute();
  return rows.map(({ person_id: personId, course_id: courseId }) => [`${personId} ${courseId}`, { personId, courseId }]);
}
