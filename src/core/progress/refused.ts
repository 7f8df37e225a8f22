import type { Connection } from '../database/connection.ts';

/** Kept, shown, never sent by itself again. `datedAt`: by the server's clock; one that was refused before keeps its date. */
export function park(db: Connection, sequence: number, reason: string, datedAt: number): void {
  db.prepare("UPDATE outbox SET state = 'parked', reason = ?, dated_at = coalesce(dated_at, ?) WHERE sequence = ?").run(reason, datedAt, sequence);
}
