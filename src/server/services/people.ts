import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { newPersonSchema, Person, personChangeSchema } from '../../shared/api/school.ts';
import { TeachifyError } from '../../shared/errors.ts';
import { notFound } from '../errors.ts';
import type { Store } from '../store/database.ts';
import { inTransaction, takeTurn } from '../store/transactions.ts';
import { recordAction, type Actor } from './audit.ts';
import { requireAdmin } from './course-access.ts';
import { hashPassword, noPassword } from './passwords.ts';

/** Who is at the school. Each throws forbidden for all but admins. */
export interface People {
  /** By id, a hundred at a time. */
  list(actor: Actor, after: string): Promise<{ people: Person[]; more: boolean }>;
  /** Throws not_found. */
  find(actor: Actor, who: { id: string } | { email: string }): Promise<Person>;
  /** Throws conflict when id or e-mail are taken. */
  create(actor: Actor, given: z.output<typeof newPersonSchema>): Promise<Person>;
  /** Throws not_found, and conflict when it would leave the school without an admin, or the e-mail is taken. */
  change(actor: Actor, id: string, change: z.output<typeof personChangeSchema>): Promise<Person>;
}

const pageRows = 100;
/** Who is there, and who is admin, is asked before it is changed. */
export const peopleTurn = 'people';

export function createPeople(store: Store, now: () => number): People {
  const find = async (db: Store, who: { id: string } | { email: string }) => {
    const rows = db.selectFrom('people').selectAll();
    const row = await ('id' in who ? rows.where('id', '=', who.id) : rows.where('email', '=', who.email)).executeTakeFirst();
    if (!row) throw notFound('Person');
    return row;
  };
  return {
    list: async (actor, after) => {
      requireAdmin(actor);
      const rows = await store.selectFrom('people').selectAll().where('id', '>', after).orderBy('id').limit(pageRows + 1).execute();
      return { people: rows.slice(0, pageRows).map(personOf), more: rows.length > pageRows };
    },
    find: async (actor, who) => {
      requireAdmin(actor);
      return personOf(await find(store, who));
    },
    create: async (actor, given) => {
      requireAdmin(actor);
      const hash = given.password === undefined ? noPassword : await hashPassword(given.password);
      return inTransaction(store, (db) => insertPerson(db, now(), actor, given, hash));
    },
    change: async (actor, id, { password, disabled, ...rest }) => {
      requireAdmin(actor);
      const hash = password === undefined ? {} : { password_hash: await hashPassword(password) };
      return inTransaction(store, async (db) => {
        await takeTurn(db, peopleTurn);
        const before = await find(db, { id });
        if (rest.email !== undefined && rest.email !== before.email) await requireFree(db, 'email', rest.email);
        if (before.role === 'admin' && (disabled || (rest.role ?? 'admin') !== 'admin')) await requireOtherAdmin(db, id);
        const state = disabled === undefined ? {} : { disabled_at: disabled ? (before.disabled_at ?? now()) : null };
        await db.updateTable('people').set({ ...rest, ...hash, ...state }).where('id', '=', id).execute();
        if (password !== undefined || disabled) await endSignIns(db, id, now());
        await recordAction(db, now(), actor, 'person.change', id, { ...rest, ...(disabled === undefined ? {} : { disabled }), ...(password === undefined ? {} : { password: 'set' }) });
        return personOf(await find(db, { id }));
      });
    },
  };
}

/** Inside the caller's transaction. Throws conflict when id or e-mail are taken. */
export async function insertPerson(db: Store, at: number, actor: Actor, given: { id?: string | undefined; name: string; email: string; role: Person['role'] }, hash: string): Promise<Person> {
  const { id = randomUUID(), name, email, role } = given;
  await takeTurn(db, peopleTurn);
  await requireFree(db, 'email', email);
  await requireFree(db, 'id', id);
  await db.insertInto('people').values({ id, name, email, role, password_hash: hash }).execute();
  await recordAction(db, at, actor, 'person.create', id, { name, email, role });
  return { id, name, email, role, disabled: false };
}

export function personOf({ id, name, email, role, disabled_at: disabledAt }: { id: string; name: string; email: string; role: Person['role']; disabled_at: number | null }): Person {
  return { id, name, email, role, disabled: disabledAt !== null };
}

async function requireFree(db: Store, column: 'id' | 'email', value: string): Promise<void> {
  const taken = await db.selectFrom('people').select('id').where(column, '=', value).executeTakeFirst();
  if (taken) throw new TeachifyError('conflict', column === 'id' ? 'There is a person of this id' : 'There is a person of this e-mail address');
}

async function requireOtherAdmin(db: Store, id: string): Promise<void> {
  const other = await db.selectFrom('people').select('id').where('role', '=', 'admin').where('disabled_at', 'is', null).where('id', '!=', id).executeTakeFirst();
  if (!other) throw new TeachifyError('conflict', 'The school would be left without an admin');
}

async function endSignIns(db: Store, personId: string, at: number): Promise<void> {
  const families = await db.selectFrom('refresh_tokens').select('family').distinct().where('person_id', '=', personId).where('expires_at', '>', at).execute();
  for (const { family } of families) {
    await db.insertInto('revoked_families').values({ family, revoked_at: at }).onConflict((conflict) => conflict.doNothing()).execute();
  }
}
