import { z } from 'zod';
import { serverInfoSchema, studentSchema } from '../../shared/api/auth.ts';
import { recordedAtSchema } from '../../shared/api/progress.ts';
import { choiceSchema, stampedChoiceSchema } from '../../shared/models/choice.ts';
import { maxNoteLength, noteSchema, stampedNoteSchema } from '../../shared/models/note.ts';
import { progressStateSchema, usualDonePercent, sessionSnapshotSchema } from '../../shared/models/progress.ts';
import type { Connection } from './connection.ts';
import { readableRows, type Row } from './readable-rows.ts';
import { lastReportSchema, ofSitting, readClocks, readSnapshot, storeClocks, storeSnapshot } from './stored-event.ts';

export interface Salvage {
  /** Rows taken over, by table. */
  readonly rows: Readonly<Record<string, number>>;
  /** False when something could not be read any more. */
  readonly complete: boolean;
}

/** Text that holds JSON of this shape. */
const jsonOf = (schema: z.ZodType) => z.string().refine(holds((text) => schema.parse(JSON.parse(text))));
const blob = z.instanceof(Uint8Array);

/** What is worth taking over and how a sound row looks; rows that a damaged page made up are left behind. */
const tables = {
  device: z.object({ one: z.literal(1), id: z.string().min(1) }),
  servers: z.object({
    url: z.url(),
    name: z.string(),
    signing_key: jsonOf(serverInfoSchema.shape.signingKey),
    // A ledger of an earlier version knows none.
    earlier_keys: jsonOf(z.array(serverInfoSchema.shape.signingKey)).default('[]'),
  }),
  clock_anchor: z.object({ one: z.literal(1), at: z.int().nonnegative() }),
  shared_computer: z.object({ one: z.literal(1), shared: z.literal([0, 1]) }),
  accounts: z.object({
    id: z.string().min(1),
    server: z.url(),
    student: jsonOf(studentSchema),
    refresh_token: blob.nullable(),
    current: z.literal([0, 1]),
    // A ledger of an earlier version has none of these.
    listed: z.literal([0, 1]).optional(),
    pin: z.string().nullable().default(null),
    pin_failures: z.int().nonnegative().default(0),
  }).transform((row) => ({ ...row, listed: row.listed ?? row.current })),
  leases: z.object({ account: z.string().min(1), lesson_id: z.string().min(1), lease: blob, expires_at: z.int() }),
  progress: z.object({
    account: z.string().min(1),
    timeline_id: z.string().min(1),
    lesson_id: z.string().min(1),
    state: jsonOf(progressStateSchema),
    version: z.int().nonnegative(),
    duration_ms: z.int().nullable(),
    updated_at: z.int(),
    // A ledger of an earlier version has none of these.
    done_percent: z.int().min(1).max(100).default(usualDonePercent),
    here_ms: z.int().nonnegative().nullable().default(null),
    here_epoch: z.int().nonnegative().nullable().default(null),
    last_report: jsonOf(lastReportSchema).nullable().catch(null),
  }),
  notes: z.object({ account: z.string().min(1), note_id: z.string().min(1), note: jsonOf(stampedNoteSchema), version: z.int().nonnegative() }),
  drafts: z.object({ account: z.string().min(1), lesson_id: z.string().min(1), note_id: z.string(), text: z.string().max(maxNoteLength), at_ms: z.int().nonnegative() }),
  choices: z.object({ account: z.string().min(1), name: z.string().min(1), choice: jsonOf(stampedChoiceSchema), version: z.int().nonnegative() }),
} as const satisfies Record<string, z.ZodType<Row>>;

const eventRow = z.object({
  account: z.string().min(1),
  timeline_id: z.string().min(1),
  session_id: z.string().min(1),
  epoch: z.int().nonnegative(),
  state: z.enum(['pending', 'in_flight', 'held', 'parked']),
  reason: z.string().nullable(),
  // A ledger of an earlier version has none.
  dated_at: z.int().nonnegative().nullable().default(null),
});
const slimRow = eventRow.extend({ body: z.string(), recorded_at: z.string().refine(holds(readClocks)) });
/** Of a ledger before migration 60. */
const wordyRow = eventRow.extend({ recorded_at: jsonOf(recordedAtSchema).transform((text) => storeClocks(recordedAtSchema.parse(JSON.parse(text)))) });
const outboxRow = z.union([
  slimRow.extend({ kind: z.literal('watched') }).refine(({ body, timeline_id, session_id, epoch }) =>
    holds((text) => readSnapshot(text, { timelineId: timeline_id, sessionId: session_id, epoch }))(body),
  ),
  slimRow.extend({ kind: z.literal('noted'), body: jsonOf(noteSchema) }),
  slimRow.extend({ kind: z.literal('chose'), body: jsonOf(choiceSchema) }),
  // A ledger from before notes names no kind.
  wordyRow.extend({ kind: z.literal('watched').default('watched'), snapshot: jsonOf(sessionSnapshotSchema) }).transform(({ snapshot, ...row }) => ({
    ...row,
    body: storeSnapshot(sessionSnapshotSchema.parse(JSON.parse(snapshot))),
  })),
  wordyRow.extend({ kind: z.literal('noted'), snapshot: jsonOf(noteSchema) }).transform(({ snapshot, ...row }) => ({ ...row, body: snapshot })),
  wordyRow.extend({ kind: z.literal('chose'), snapshot: jsonOf(choiceSchema) }).transform(({ snapshot, ...row }) => ({ ...row, body: snapshot })),
]);
type OutboxRow = z.output<typeof outboxRow>;

function holds(read: (text: string) => unknown): (text: string) => boolean {
  return (text) => {
    try {
      read(text);
      return true;
    } catch {
      return false;
    }
  };
}

/** Never secrets: for the copy that is kept beside the ledger, which signing out does not reach. */
const secretTables: ReadonlySet<string> = new Set(['leases']);

/**
 * Takes over into a sound ledger what can still be read of another one. Rows that are already there stand. Events get new
 * sequences under this ledger's own install id (sending one twice changes nothing), and the pull starts anew.
 */
export function salvageLedger(from: Connection, to: Connection, { secrets = true }: { secrets?: boolean } = {}): Salvage {
  const rows: Record<string, number> = {};
  const damaged = new Set<string>();
  const read = (table: string): Row[] => {
    if (!hasTable(from, table)) return [];
    const found = readableRows(from, table);
    if (!found.complete) damaged.add(table);
    return found.rows;
  };
  const work = () => {
    const lastReports: OutboxRow[] = [];
    for (const [table, schema] of Object.entries(tables)) {
      if (!secrets && secretTables.has(table)) continue;
      const found = read(table);
      const sound = found.flatMap((row) => schema.safeParse(row).data ?? []);
      if (table === 'progress') lastReports.push(...found.flatMap(lastReportOf));
      rows[table] = sound.filter((row) => insert(to, table, secrets || !('refresh_token' in row) ? row : { ...row, refresh_token: null, pin: null })).length;
    }
    const events = read('outbox').flatMap((row) => outboxRow.safeParse(row).data ?? []);
    const lost = damaged.has('outbox') ? lastReports : [];
    rows['outbox'] = [...events, ...lost].filter((event) => insertEvent(to, event)).length;
  };
  to.transaction(work).immediate();
  return { rows, complete: damaged.size === 0 };
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

/** What this machine last said of a timeline, which may have lain on a lost page of the outbox: said again. */
function lastReportOf(row: Row): OutboxRow[] {
  const known = tables.progress.safeParse(row);
  if (!known.success || known.data.last_report === null) return [];
  const { snapshot, recordedAt } = lastReportSchema.parse(JSON.parse(known.data.last_report));
  const { timelineId, sessionId, epoch } = snapshot;
  const sitting = { account: known.data.account, kind: 'watched' as const, timeline_id: timelineId, session_id: sessionId, epoch };
  return [{ ...sitting, body: storeSnapshot(snapshot), recorded_at: storeClocks(recordedAt), state: 'pending', reason: null, dated_at: null }];
}

function insertEvent(to: Connection, event: OutboxRow): boolean {
  const { account, timeline_id, session_id, epoch, body } = event;
  const known = to.prepare(`SELECT 1 FROM outbox WHERE ${ofSitting} AND body = @body`).get({ account, timelineId: timeline_id, sessionId: session_id, epoch, body });
  if (known !== undefined) return false;
  const row = { ...event, state: event.state === 'parked' ? 'parked' : 'pending' };
  return insert(to, 'outbox', row);
}
