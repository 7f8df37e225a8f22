import { z } from 'zod';
import type { Clock } from '../base/clock.ts';
import type { BandwidthMeter } from '../content/ports.ts';
import type { Connection } from '../database/connection.ts';
import { guarded } from '../database/failures.ts';

const writeMs = 10_000;
const rowSchema = z.object({ bits: z.int().positive() }).optional();

/** Bits per second of this line, in this sitting or, before anything was measured, in the last one. */
export interface KnownSpeed {
  /** Null when nothing was ever measured. */
  bitsPerSecond(): number | null;
  /** Bytes have come: writes down what is measured now and then. */
  note(): void;
  save(): void;
}

export function createKnownSpeed(db: Connection, meter: Pick<BandwidthMeter, 'bitsPerSecond'>, clock: Clock): KnownSpeed {
  let writtenAt = -Infinity;
  const save = () => {
    const bits = Math.round(meter.bitsPerSecond() ?? 0);
    if (bits > 0) guarded('content', () => db.prepare('INSERT INTO line_speed (one, bits_per_second) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET bits_per_second = excluded.bits_per_second').run(bits));
    writtenAt = clock.monotonic();
  };
  return {
    bitsPerSecond: () => meter.bitsPerSecond() ?? rowSchema.parse(guarded('content', () => db.prepare('SELECT bits_per_second AS bits FROM line_speed').get()))?.bits ?? null,
    note: () => {
      if (clock.monotonic() - writtenAt >= writeMs) save();
    },
    save,
  };
}
