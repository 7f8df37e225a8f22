import { randomUUID } from 'node:crypto';
import type { AuditEntry } from '../../shared/api/school.ts';
import type { Store } from '../store/database.ts';

/** Who does something: somebody signed in, or whoever sits at the server's own command line. */
export interface Actor {
  readonly id: string;
  readonly role: 'student' | 'teacher' | 'admin';
}
export const commandLine: Actor = { id: 'command-line', role: 'admin' };
/** Whoever was not recognised. What was typed is not written down: it may be a password in the wrong field. */
export const nobody: Actor = { id: 'nobody', role: 'student' };

/** Writes down who did what, in the transaction it is done in. Details never hold a password. */
export async function recordAction(store: Store, at: number, actor: Actor, action: string, target: string, details: object = {}): Promise<void> {
  await store.insertInto('audit').values({ id: randomUUID(), at, actor: actor.id, action, target, details: JSON.stringify(details) }).execute();
}

/** The latest first. @param before only what happened before this time, ms */
export async function actionsBefore(store: Store, before: number, limit: number): Promise<AuditEntry[]> {
  const rows = await store.selectFrom('audit').selectAll().where('at', '<', before).orderBy('at', 'desc').orderBy('id').limit(limit).execute();
  return rows.map(({ at, actor, action, target, details }) => ({ at: Number(at), actor, action, target, details }));
}
