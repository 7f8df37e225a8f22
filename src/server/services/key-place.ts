import { readFile, rename, writeFile } from 'node:fs/promises';
import type { Store } from '../store/database.ts';
import { inTransaction, takeTurn } from '../store/transactions.ts';
import { completeRing, keyRingSchema, type KeyRing } from './key-ring.ts';

/** Where a school's keys lie, as JSON. */
export interface KeyPlace {
  /** Null when there are none. Throws for what is there and cannot be read: it must not be replaced. */
  read(): Promise<string | null>;
  /** One change at a time. */
  change(work: (text: string | null) => Promise<string>): Promise<void>;
}

export function keysInFile(file: string): KeyPlace {
  const read = () =>
    readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return null;
    });
  return {
    read,
    change: async (work) => {
      await writeFile(`${file}.new`, await work(await read()), { mode: 0o600, flush: true });
      await rename(`${file}.new`, file);
    },
  };
}

/** @param before where they lay before, taken over when there are none here */
export function keysInDatabase(store: Store, before: KeyPlace): KeyPlace {
  const find = async (place: Store) => (await place.selectFrom('school_keys').select('value').where('name', '=', 'school').executeTakeFirst())?.value ?? null;
  return {
    read: () => find(store),
    change: (work) =>
      inTransaction(store, async (transaction) => {
        await takeTurn(transaction, 'keys of the school');
        const value = await work((await find(transaction)) ?? (await before.read()));
        await transaction
          .insertInto('school_keys')
          .values({ name: 'school', value })
          .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
          .execute();
      }),
  };
}

/** What is there, or new keys for a school that has none. */
export async function readKeys(place: KeyPlace, now: () => number): Promise<KeyRing> {
  const text = await place.read();
  const known = text === null ? null : keyRingSchema.parse(JSON.parse(text));
  if (known && known.access.length > 0) return completeRing(known, now);
  return changeKeys(place, now, async (ring) => ring);
}

/** Puts other keys in place of those that are there. @returns what is there then */
export async function changeKeys(place: KeyPlace, now: () => number, work: (ring: KeyRing) => Promise<KeyRing>): Promise<KeyRing> {
  let changed: KeyRing | undefined;
  await place.change(async (text) => {
    changed = await work(await completeRing(text === null ? null : keyRingSchema.parse(JSON.parse(text)), now));
    return JSON.stringify(changed);
  });
  if (!changed) throw new Error('The keys were not changed');
  return changed;
}
