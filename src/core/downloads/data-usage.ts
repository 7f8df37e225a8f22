import { z } from 'zod';
import type { Clock } from '../base/clock.ts';
import type { Connection } from '../database/connection.ts';
import { guarded } from '../database/failures.ts';

/** Bytes are written down this often; a kill in between forgets at most that much of the count. */
const writeMs = 2_000;
/** Days kept: the longest allowance is a month. */
const keptDays = 62;

const sumSchema = z.object({ bytes: z.int().nonnegative().nullable() });

/** What crossed the line, by local day. */
export interface DataUsage {
  record(bytes: number): void;
  /** Bytes of today, or of this calendar month. */
  since(period: 'day' | 'month'): number;
  flush(): void;
}

export function createDataUsage(db: Connection, clock: Clock): DataUsage {
  let pending = 0;
  let writtenAt = -Infinity;
  const flush = () => {
    if (pending === 0) return;
    const day = dayOf(clock.now());
    guarded('content', () => {
      db.prepare('INSERT INTO data_usage (day, bytes) VALUES (?, ?) ON CONFLICT (day) DO UPDATE SET bytes = bytes + excluded.bytes').run(day, pending);
      db.prepare('DELETE FROM data_usage WHERE day < ?').run(dayOf(clock.now() - keptDays * 24 * 60 * 60 * 1000));
    });
    pending = 0;
    writtenAt = clock.monotonic();
  };
  return {
    record: (bytes) => {
      pending += bytes;
      if (clock.monotonic() - writtenAt >= writeMs) flush();
    },
    since: (period) => {
      const today = dayOf(clock.now());
      const first = period === 'day' ? today : `${today.slice(0, 7)}-01`;
      const row = guarded('content', () => db.prepare('SELECT sum(bytes) AS bytes FROM data_usage WHERE day >= ?').get(first));
      return (sumSchema.parse(row).bytes ?? 0) + pending;
    },
    flush,
  };
}

/** `2026-11-24` where the machine is. */
function dayOf(at: number): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
