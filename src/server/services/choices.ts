import type { ChoiceRow } from '../../shared/api/progress.ts';
import { stampedChoiceSchema } from '../../shared/models/choice.ts';
import type { Store } from '../store/database.ts';

/** Those of a student's settings that there are, by name. */
export async function choicesByName(store: Store, personId: string, names: readonly string[]): Promise<Map<string, ChoiceRow>> {
  if (names.length === 0) return new Map();
  const rows = await store.selectFrom('choices').select(['choice', 'version']).where('person_id', '=', personId).where('name', 'in', names).execute();
  return new Map(rows.map(choiceOnWire).map((choice) => [choice.name, choice]));
}

/** Writes settings down over what there is. Inside the caller's transaction. */
export async function keepChoices(store: Store, personId: string, choices: ReadonlyMap<string, ChoiceRow>): Promise<void> {
  if (choices.size === 0) return;
  const rows = [...choices].map(([name, { version, ...choice }]) => ({ person_id: personId, name, choice: JSON.stringify(choice), version }));
  await store
    .insertInto('choices')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['person_id', 'name']).doUpdateSet(({ ref }) => ({ choice: ref('excluded.choice'), version: ref('excluded.version') })))
    .execute();
}

/** At most one for each setting there is. */
export async function choicesSince(store: Store, personId: string, { cursor, newest }: { cursor: number; newest: number }): Promise<ChoiceRow[]> {
  const rows = await store
    .selectFrom('choices')
    .select(['choice', 'version'])
    .where('person_id', '=', personId)
    .where('version', '>', cursor)
    .where('version', '<=', newest)
    .orderBy('version')
    .execute();
  return rows.map(choiceOnWire);
}

function choiceOnWire({ choice, version }: { choice: string; version: number }): ChoiceRow {
  return { ...stampedChoiceSchema.parse(JSON.parse(choice)), version: Number(version) };
}
