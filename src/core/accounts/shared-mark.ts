import type { Connection } from '../database/connection.ts';
import type { SharedMark } from '../settings/ports.ts';
import { AccountReads, AccountWrites } from './account-repository.ts';

/** The mark of a shared computer in the ledger, where the PINs are. Throws database_damaged. */
export async function openSharedMark(ledger: Connection): Promise<SharedMark> {
  const writes = new AccountWrites(ledger);
  let shared = await new AccountReads(ledger).shared();
  return {
    get: () => shared,
    set: async (wanted) => {
      if (wanted === shared) return;
      await (wanted ? writes.markShared() : writes.unmarkShared());
      shared = wanted;
    },
    takeBack: async () => {
      if (!shared) return;
      await writes.takeBackMark();
      shared = false;
    },
  };
}
