import type { Store } from '../store/database.ts';
import { inTransaction, takeTurn } from '../store/transactions.ts';

export interface Reservation {
  readonly id: string;
  /** Whose it is. */
  readonly owner: string;
  readonly bytes: number;
}

/** What uploads take of their owners' quotas, in the school's database: so that all its servers count the same. */
export interface Reservations {
  /** Takes the place for now. False when there is none: of two that come at once, at whatever servers, the second one counts the first. */
  take(reservation: Reservation): Promise<boolean>;
  /** Once the upload is written down: as long as it may lie here. */
  keep(id: string): Promise<void>;
  /** Gone, also when it never was there. */
  release(id: string): Promise<void>;
  /** Counts what lies here and is not counted yet: from before there were reservations, or before a database was put back. */
  adopt(lying: readonly Reservation[]): Promise<void>;
  /** Forgets what ended by itself. */
  sweep(): Promise<void>;
}

interface Dependencies {
  readonly store: Store;
  /** Bytes one person may have lying here. */
  readonly quota: number;
  /** So long an upload may lie here, in ms. */
  readonly keptMs: number;
  readonly now: () => number;
}

/** More than it takes to make an empty file; after that the place of an upload that was killed in between is free. */
const beginningMs = 60_000;

export function createReservations({ store, quota, keptMs, now }: Dependencies): Reservations {
  return {
    take: ({ id, owner, bytes }) =>
      inTransaction(store, async (db) => {
        await takeTurn(db, `uploads of ${owner}`);
        const { sum } = await db
          .selectFrom('upload_reservations')
          .select(({ fn }) => fn.sum<number | null>('bytes').as('sum'))
          .where('owner', '=', owner)
          .where('until', '>', now())
          .executeTakeFirstOrThrow();
        if (Number(sum ?? 0) + bytes > quota) return false;
        await db.insertInto('upload_reservations').values({ id, owner, bytes, until: now() + beginningMs }).execute();
        return true;
      }),
    keep: async (id) => void (await store.updateTable('upload_reservations').set({ until: now() + keptMs }).where('id', '=', id).execute()),
    release: async (id) => void (await store.deleteFrom('upload_reservations').where('id', '=', id).execute()),
    adopt: async (lying) => {
      for (const { id, owner, bytes } of lying) {
        await store.insertInto('upload_reservations').values({ id, owner, bytes, until: now() + keptMs }).onConflict((conflict) => conflict.doNothing()).execute();
      }
    },
    sweep: async () => void (await store.deleteFrom('upload_reservations').where('until', '<=', now()).execute()),
  };
}
