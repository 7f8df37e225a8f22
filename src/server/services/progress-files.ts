import { createHash } from 'node:crypto';
import { toWire } from '../../shared/api/codec.ts';
import { maxBatchEvents, type ProgressBatch, type ProgressBatchResponse, type ProgressReceiptResponse } from '../../shared/api/progress.ts';
import { TeachifyError } from '../../shared/errors.ts';
import type { ProgressFile } from '../../shared/models/progress-file.ts';
import type { Store } from '../store/database.ts';
import type { ProgressLedger } from './progress.ts';
import type { SchoolKeys } from './school-keys.ts';
import type { Caller } from './sessions.ts';

/** Takes what another machine recorded and could not send. */
export interface ProgressFiles {
  /** Students hand in their own, teachers anyone's. Coming twice, by whatever way, changes nothing. Throws forbidden, not_found. */
  take(caller: Caller, file: ProgressFile): Promise<ProgressReceiptResponse>;
}

interface Dependencies {
  readonly store: Store;
  readonly ledger: ProgressLedger;
  readonly keys: Pick<SchoolKeys, 'signCompact'>;
  readonly now: () => number;
}

export function createProgressFiles({ store, ledger, keys, now }: Dependencies): ProgressFiles {
  return {
    take: async (caller, file) => {
      const studentId = file.account.slice(file.account.lastIndexOf('#') + 1);
      const teaches = caller.role === 'teacher' || caller.role === 'admin';
      if (studentId !== caller.id && !teaches) throw new TeachifyError('forbidden', 'Only the student or a teacher hands in this file');
      const student = await store.selectFrom('people').select(['id', 'name']).where('id', '=', studentId).executeTakeFirst();
      if (!student) throw new TeachifyError('not_found', 'This school knows no such student');
      const contentSha256 = createHash('sha256').update(JSON.stringify(file.events)).digest('hex');
      // A file cannot take a new install id, as the computer would: its own name is one, the same each time it comes.
      const takeForked = async (batch: ProgressBatch, results: Results) => {
        const sequences = new Set(results.filter(({ outcome }) => outcome === 'fork').map(({ sequence }) => sequence));
        if (sequences.size === 0) return [];
        const forked = { ...batch, installId: `file-${contentSha256.slice(0, 48)}`, events: batch.events.filter(({ sequence }) => sequences.has(sequence)) };
        return (await ledger.take(studentId, forked, file.writtenAt)).results;
      };
      const count = { taken: 0, known: 0, refused: 0, putOff: 0 };
      for (let first = 0; first < file.events.length; first += maxBatchEvents) {
        const events = file.events.slice(first, first + maxBatchEvents);
        const batch = { installId: file.installId, nonce: 'of-a-file', sentAt: file.exportedAt, events };
        const { results } = await ledger.take(studentId, batch, file.writtenAt);
        const others = results.filter(({ outcome }) => outcome !== 'fork');
        for (const { outcome } of [...others, ...(await takeForked(batch, results))]) count[countedAs[outcome]] += 1;
      }
      const receipt = { studentId, studentName: student.name, receivedAt: now(), contentSha256, ...count };
      return { receipt, signed: await keys.signCompact(JSON.stringify(toWire(receipt)), 'teachify-receipt+jwt') };
    },
  };
}

type Results = ProgressBatchResponse['results'];

const countedAs = { applied: 'taken', superseded: 'taken', duplicate: 'known', reject: 'refused', fork: 'refused', auth: 'refused', retry: 'putOff' } as const;
