import type { Store } from '../store/database.ts';

/** Counts a change of the catalogue. Whoever counts holds the count until its transaction ends, so that no reader jumps over one. */
export async function countChange(store: Store): Promise<number> {
  const { value } = await store
    .updateTable('catalog_count')
    .set((eb) => ({ value: eb('value', '+', 1) }))
    .where('one', '=', 1)
    .returning('value')
    .executeTakeFirstOrThrow();
  return Number(value);
}

/** Says that something of a course is not as it was. */
export async function touchCourse(store: Store, courseId: string): Promise<void> {
  await store.updateTable('courses').set({ version: await countChange(store) }).where('id', '=', courseId).execute();
}

/** Remembers that something is no more, for those who have seen it. */
export async function buryItem(store: Store, item: { kind: 'course' | 'lesson'; id: string; courseId: string }): Promise<void> {
  const row = { kind: item.kind, id: item.id, course_id: item.courseId, version: await countChange(store) };
  await store
    .insertInto('catalog_tombstones')
    .values(row)
    .onConflict((conflict) => conflict.columns(['kind', 'id']).doUpdateSet(row))
    .execute();
}
