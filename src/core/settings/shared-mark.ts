import { z } from 'zod';
import type { Connection } from '../database/connection.ts';
import { guarded } from '../database/failures.ts';
import type { SharedMark } from './ports.ts';

const markRow = z.object({ shared: z.literal([0, 1]) });

/** The mark of a shared computer in the ledger, where the PINs are. A row that was never written so counts as the mark. Throws database_damaged. */
export async function openSharedMark(ledger: Connection): Promise<SharedMark> {
  const row = guarded('ledger', () => ledger.prepare('SELECT shared FROM shared_computer').get());
  let shared = row !== undefined && markRow.safeParse(row).data?.shared !== 0;
  return {
    get: () => shared,
    set: async (wanted) => {
      if (wanted === shared) return;
      const sql = 'INSERT INTO shared_computer (one, shared) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET shared = excluded.shared';
      guarded('ledger', () => ledger.prepare(sql).run(wanted ? 1 : 0));
      shared = wanted;
    },
  };
}
