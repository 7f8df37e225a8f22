import type { Store } from '../store/database.ts';
import type { SchoolKeys } from './school-keys.ts';

/** Every manifest by the key of today; nothing of them changes but the signature. */
export async function signManifestsAnew(store: Store, keys: Pick<SchoolKeys, 'signDetached'>): Promise<void> {
  const rows = await store.selectFrom('lessons').select(['id', 'revision', 'manifest']).where('manifest', 'is not', null).execute();
  for (const { id, revision, manifest } of rows) {
    if (manifest === null) continue;
    const signature = await keys.signDetached(manifest);
    // One that was published meanwhile is by the new key already, or by the old one, which apps still know.
    await store.updateTable('lessons').set({ signature }).where('id', '=', id).where('revision', '=', revision).execute();
  }
}
