import { randomBytes } from 'node:crypto';
import type { Store } from '../store/database.ts';

/** The key a lesson's files are derived from, made when it is first asked for; the same for everyone who asks. */
export async function contentKeyOf(store: Store, lessonId: string): Promise<string> {
  const content_key = randomBytes(16).toString('base64url');
  await store.insertInto('lesson_keys').values({ lesson_id: lessonId, content_key }).onConflict((conflict) => conflict.doNothing()).execute();
  return (await store.selectFrom('lesson_keys').select('content_key').where('lesson_id', '=', lessonId).executeTakeFirstOrThrow()).content_key;
}
