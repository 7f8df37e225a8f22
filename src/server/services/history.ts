import type { Store } from '../store/database.ts';

export const historySetting = 'history';

/** Names the history a school's database has had since it was restored from a backup; null for one that never was. Asked once: it changes while no server runs. */
export function historyOf(store: Store): () => Promise<string | null> {
  let asked: Promise<string | null> | null = null;
  const ask = async () => (await store.selectFrom('settings').select('value').where('name', '=', historySetting).executeTakeFirst())?.value ?? null;
  return async () => {
    const answer = (asked ??= ask());
    answer.catch(() => (asked = null));
    return answer;
  };
}
