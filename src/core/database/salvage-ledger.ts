import { z } from 'zod';
import { serverInfoSchema, studentSchema } from '../../shared/api/auth.ts';
import { recordedAtSchema } from '../../shared/api/progress.ts';
import { noteSchema, stampedNoteSchema } from '../../shared/models/note.ts';
import { progressStateSchema, sessionSnapshotSchema } from '../../shared/models/progress.ts';
import type { Connection } from './connection.ts';
import { readableRows, type Row } from './readable-rows.ts';

export interface Salvage {
  /** Rows taken over, by table. */
  readonly rows: Readonly<Record<string, number>>;
  /** False when something could not be read any more. */
  readonly complete: boolean;
}

/** Text that holds JSON of this shape. */
const jsonOf = (schema: z.ZodType) =>
  z.string().refine((text) => {
    try {
      return schema.safeParse(JSON.parse(text)).success;
    } catch {
      return false;
    }
  });
const blob = z.instanceof(Uint8Array);

/** What is worth taking over and how a sound row looks; rows that a damaged page made up are left behind. */
const tables = {
  device: z.object({ one: z.literal(1), id: z.string().min(1) }),
  servers: z.object({ url: z.url(), name: z.string(), signing_key: jsonOf(serverInfoSchema.shape.signingKey) }),
  clock_anchor: z.object({ one: z.literal(1), at: z.int().nonnegative() }),
  accounts: z.object({ id: z.string().min(1), server: z.url(), student: jsonOf(studentSchema), refresh_token: blob.nullable(), current: z.literal([0, 1]) }),
  leases: z.object({ account: z.string().min(1), lesson_id: z.string().min(1), lease: blob, expires_at: z.int() }),
  progress: z.object({
    account: z.string().min(1),
    timeline_id: z.string().min(1),
    lesson_id: z.string().min(1),
    state: jsonOf(progressStateSchema),
    version: z.int().nonnegative(),
    duration_ms: z.int().nullable(),
    updated_at: z.int(),
  }),
  notes: z.object({ account: z.string().min(1), note_id: z.string().min(1), note: jsonOf(stampedNoteSchema), version: z.int().nonnegative() }),
} as const satisfies Record<string, z.ZodType<Row>>;

const eventRow = z.object({
  account: z.string().min(1),
  timeline_id: z.string().min(1),
  session_id: z.string().min(1),
  epoch: z.int().nonnegative(),
  recorded_at: jsonOf(recordedAtSchema),
  state: z.enum(['pending', 'in_flight', 'held', 'parked']),
  reason: z.string().nullable(),
});
const outboxRow = z.union([
  // A ledger from before notes names no kind.
  eventRow.extend({ kind: z.literal('watched').default('watched'), snapshot: jsonOf(sessionSnapshotSchema) }),
  eventRow.extend({ kind: z.literal('noted'), snapshot: jsonOf(noteSchema) }),
]);

/** Never secrets: for the copy that is kept beside the ledger, which signing out does not reach. */
const secretTables: ReadonlySet<string> = new Set(['leases']);

/**
 * Takes over into a sound ledger what can still be read of another one. Rows that are already there stand. Events get new
 * sequences under this ledger's own install id (sending one twice changes nothing), and the pull starts anew.
 */
export function salvageLedger(from: Connection, to: Connection, { secrets = true }: { secrets?: boolean } = {}): Salvage {
  const rows: Record<string, number> = {};
  let complete = true;
  const read = (table: string): Row[] => {
    if (!hasTable(from, table)) return [];
    const found = readableRows(from, table);
    complete &&= found.complete;
    return found.rows;
  };
  const work = () => {
    for (const [table, schema] of Object.entries(tables)) {
      if (!secrets && secretTables.has(table)) continue;
      const sound = read(table).flatMap((row) => schema.safeParse(row).data ?? []);
      rows[table] = sound.filter((row) => insert(to, table, secrets || !('refresh_token' in row) ? row : { ...row, refresh_token: null })).length;
    }
    const events = read('outbox').flatMap((row) => outboxRow.safeParse(row).data ?? []);
    rows['outbox'] = events.filter((event) => insertEvent(to, event)).length;
  };
  to.transaction(work).immediate();
  return { rows, complete };
}

/** A ledger of an earlier version has fewer tables. */
function hasTable(from: Connection, table: string): boolean {
  return from.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(table) !== undefined;
}

function insert(to: Connection, table: string, row: Row): boolean {
  const columns = Object.keys(row);
  const sql = `INSERT OR IGNORE INTO ${table} (${columns.join(', ')}) VALUES (${columns.map((column) => `@${column}`).join(', ')})`;
  return to.prepare(sql).run(row).changes > 0;
}

function insertEvent(to: Connection, event: z.output<typeof outboxRow>): boolean {
  const known = to
    .prepare('SELECT 1 FROM outbox WHERE account = @account AND timeline_id = @timeline_id AND session_id = @session_id AND snapshot = @snapshot')
    .get(event);
  if (known !== undefined) return false;
  const row = { ...event, state: event.state === 'parked' ? 'parked' : 'pending' };
  return insert(to, 'outbox', row);
}
