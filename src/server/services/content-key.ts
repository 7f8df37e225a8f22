import { randomBytes } from 'node:crypto';
import type { Store } from '../store/database.ts';

/** The key a lesson's files are derived from, made when it is first asked for; the same for everyone who asks. */
export async function contentKeyOf(store: Store, lessonId: string): Promise<string> {
  const content_key = randomBytes(16).toString('base64url');
  // In one step: between two of them a lesson may be removed, and its key with it.
  const row = await store
    .insertInto('lesson_keys')
    .values({ lesson_id: lessonId, content_key })
    .onConflict((conflict) => conflict.column('lesson_id').doUpdateSet((eb) => ({ content_key: eb.ref('lesson_keys.content_key') })))
    .returning('content_key')
    .executeTakeFirstOrThrow();
  return row.content_key;
}
