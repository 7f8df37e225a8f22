import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { dateOfEvent, type ChoiceRow, type NoteRow, type ProgressBatch, type ProgressBatchResponse, type ProgressEvent, type ProgressRow } from '../../shared/api/progress.ts';
import { laterChoice, type StampedChoice } from '../../shared/models/choice.ts';
import { laterNote, type StampedNote } from '../../shared/models/note.ts';
import { emptyProgress, foldAll, stateOfSnapshot, type Extent, type PositionStamp, type ProgressState, type SessionSnapshot } from '../../shared/models/progress.ts';
import { unionRanges } from '../../shared/models/ranges.ts';
import type { Store } from '../store/database.ts';
import { isAway, isCollision, isUnfit } from '../store/failures.ts';
import { choicesByName, keepChoices } from './choices.ts';
import { keepNotes, notesById } from './notes.ts';
import { rowOnWire } from './progress-rows.ts';
import { keepSittings, mostPieces } from './sittings.ts';
import { Writings } from './writings.ts';

export type Outcome = ProgressBatchResponse['results'][number];

export interface Intake {
  readonly personId: string;
  readonly installId: string;
  readonly sentAt: ProgressBatch['sentAt'];
  /** When it was sent, by the server's clock: now, or for what came in a file when that was written. */
  readonly sentDate: number;
  readonly receivedAt: number;
}

export interface Taken {
  readonly results: readonly Outcome[];
  readonly progress: readonly ProgressRow[];
  readonly notes: readonly NoteRow[];
  readonly choices: readonly ChoiceRow[];
  /** Why events were put off. */
  readonly failures: readonly unknown[];
}

/** Takes events in the order of their sequences, all in one go; only when that fails, in halves, until what fails stands alone. Inside the caller's transaction. */
export async function takeEvents(store: Store, intake: Intake, events: readonly ProgressEvent[]): Promise<Taken> {
  await sql`SAVEPOINT events`.execute(store);
  try {
    const taken = await takeTogether(store, intake, events);
    await sql`RELEASE SAVEPOINT events`.execute(store);
    return taken;
  } catch (failure) {
    // Of no event's making: the whole batch is begun again, or put off.
    if (isAway(failure) || isCollision(failure)) throw failure;
    await sql`ROLLBACK TO SAVEPOINT events`.execute(store);
    await sql`RELEASE SAVEPOINT events`.execute(store);
    const [first] = events;
    if (first && events.length === 1) {
      const outcome = isUnfit(failure) ? outcomeOf(first, 'reject', 'no such value') : outcomeOf(first, 'retry', 'the server failed on it');
      return { results: [outcome], progress: [], notes: [], choices: [], failures: outcome.outcome === 'retry' ? [failure] : [] };
    }
  }
  const middle = Math.ceil(events.length / 2);
  const earlier = await takeEvents(store, intake, events.slice(0, middle));
  const later = await takeEvents(store, intake, events.slice(middle));
  return {
    results: [...earlier.results, ...later.results],
    progress: newest([...earlier.progress, ...later.progress], ({ timelineId }) => timelineId),
    notes: newest([...earlier.notes, ...later.notes], ({ noteId }) => noteId),
    choices: newest([...earlier.choices, ...later.choices], ({ name }) => name),
    failures: [...earlier.failures, ...later.failures],
  };
}

function newest<Row>(rows: readonly Row[], idOf: (row: Row) => string): Row[] {
  return [...new Map(rows.map((row) => [idOf(row), row])).values()];
}

/** What events meet in the database, read at once, and what they leave there. */
interface Desk {
  readonly intake: Intake;
  readonly seen: Map<number, string>;
  readonly lessons: ReadonlyMap<string, LessonOf>;
  readonly states: States;
  readonly touched: Set<string>;
  /** Timelines that are told once more, as they are. */
  readonly again: Set<string>;
  readonly reports: { snapshot: SessionSnapshot; durationMs: number; stamp: PositionStamp }[];
  readonly notes: Writings<StampedNote>;
  readonly choices: Writings<StampedChoice>;
  readonly fresh: { install_id: string; sequence: number; person_id: string; body_hash: string; received_at: number }[];
  newestTaken: number;
}

async function takeTogether(store: Store, intake: Intake, events: readonly ProgressEvent[]): Promise<Taken> {
  const { personId } = intake;
  const noteIds = [...new Set(events.flatMap((event) => (event.kind === 'noted' ? [event.note.noteId] : [])))];
  const names = [...new Set(events.flatMap((event) => (event.kind === 'chose' ? [event.choice.name] : [])))];
  const desk: Desk = {
    ...{ intake, touched: new Set(), again: new Set(), reports: [], fresh: [] },
    seen: await seenHashes(store, intake.installId, events),
    lessons: await lessonsOf(store, personId, events),
    states: await statesOf(store, personId, events),
    notes: new Writings<StampedNote>(await notesById(store, personId, noteIds), laterNote),
    choices: new Writings<StampedChoice>(await choicesByName(store, personId, names), laterChoice),
    newestTaken: await watermark(store, intake),
  };
  const results = events.map((event) => takeEvent(desk, event));
  if (desk.fresh.length > 0) await store.insertInto('progress_events').values(desk.fresh).execute();
  await keepSittings(store, personId, desk.reports);
  const progress = await keep(store, personId, desk);
  return { results, progress, notes: desk.notes.rows(), choices: desk.choices.rows(), failures: [] };
}

function takeEvent(desk: Desk, event: ProgressEvent): Outcome {
  const { personId, installId, sentAt, sentDate, receivedAt } = desk.intake;
  const { sequence } = event;
  const hash = bodyHash(personId, event);
  const seenHash = desk.seen.get(sequence);
  if (seenHash === hash) {
    tellAgain(desk, event);
    return outcomeOf(event, 'duplicate');
  }
  if (seenHash !== undefined) return outcomeOf(event, 'fork', 'another event has this sequence');
  // An installation numbers its events upwards and sends each student's in order: a new number below one that was taken means
  // that this disk was copied or put back. Only the numbers taken count, since rejected events leave gaps.
  if (sequence < desk.newestTaken) return outcomeOf(event, 'fork', 'below what this installation sent before');
  const place = placeOf(event);
  const lesson = place && desk.lessons.get(place.lessonId);
  const refusal = !place ? null : !lesson ? 'unknown lesson' : lesson.timelineId !== place.timelineId ? 'unknown timeline' : !lesson.wasEnrolled ? 'never enrolled' : null;
  if (refusal !== null) return outcomeOf(event, 'reject', refusal);
  if (event.kind === 'watched' && isShattered(desk, event.snapshot)) return outcomeOf(event, 'reject', 'in too many pieces');
  desk.fresh.push({ install_id: installId, sequence, person_id: personId, body_hash: hash, received_at: receivedAt });
  desk.seen.set(sequence, hash);
  desk.newestTaken = sequence;
  const stamp = { at: dateOfEvent(event.recordedAt, sentAt, sentDate), installId, sequence };
  return event.kind === 'watched' && lesson ? takeSnapshot(desk, event, lesson, stamp) : takeWriting(desk, event, stamp);
}

/** With what is known of its timeline it would be in more pieces than anybody watches. */
function isShattered({ states }: Desk, { timelineId, epoch, ranges }: SessionSnapshot): boolean {
  const known = states.get(timelineId);
  if (!known || known.parts.reduce((sum, part) => sum + part.ranges.length, ranges.length) <= mostPieces) return false;
  const whole = wholeOf(known);
  states.set(timelineId, { ...known, parts: [whole] });
  return whole.epoch === epoch && unionRanges(whole.ranges, ranges).length > mostPieces;
}

function takeSnapshot({ states, touched, reports }: Desk, event: ProgressEvent & { kind: 'watched' }, extent: LessonOf, stamp: PositionStamp): Outcome {
  const { timelineId, lessonId, epoch } = event.snapshot;
  const known = states.get(timelineId) ?? { lessonId, epoch: 0, parts: [emptyProgress], extent };
  reports.push({ snapshot: event.snapshot, durationMs: extent.durationMs, stamp });
  if (epoch < known.epoch) return outcomeOf(event, 'superseded', 'started over since');
  states.set(timelineId, { lessonId, epoch, extent, parts: known.parts });
  known.parts.push(stateOfSnapshot(event.snapshot, extent, stamp));
  touched.add(timelineId);
  return outcomeOf(event, 'applied');
}

function takeWriting({ notes, choices }: Desk, event: ProgressEvent, stamp: PositionStamp): Outcome {
  const isKept =
    (event.kind === 'noted' && notes.take(event.note.noteId, { ...event.note, stamp })) || (event.kind === 'chose' && choices.take(event.choice.name, { ...event.choice, stamp }));
  return isKept ? outcomeOf(event, 'applied') : outcomeOf(event, 'superseded', 'written anew since');
}

/** Whoever sent it may have pulled since and know more, or date it otherwise by now: what the school knows stands. */
function tellAgain({ again, notes, choices }: Desk, event: ProgressEvent): void {
  if (event.kind === 'watched') again.add(event.snapshot.timelineId);
  if (event.kind === 'noted') notes.tellAgain(event.note.noteId);
  if (event.kind === 'chose') choices.tellAgain(event.choice.name);
}

/** Null for what belongs to no lesson. */
function placeOf(event: ProgressEvent): { lessonId: string; timelineId: string } | null {
  return event.kind === 'noted' ? event.note : event.kind === 'watched' ? event.snapshot : null;
}

/** What is known of a timeline: the school's state and what a batch adds, joined once at the end. */
interface Known {
  readonly lessonId: string;
  /** The highest so far. */
  readonly epoch: number;
  readonly parts: ProgressState[];
  readonly extent: Extent | null;
  /** Before the batch; absent for what it is the first to name. */
  readonly row?: { readonly timeline_id: string; readonly lesson_id: string; readonly state: string; readonly version: number };
}

type States = Map<string, Known>;

function wholeOf({ parts, extent }: Known): ProgressState {
  return (extent ? foldAll(parts, extent) : parts[0]) ?? emptyProgress;
}

/** Writes down what the batch changed, each row with a version of its own. @returns the rows of progress among it, and those that are told again */
async function keep(store: Store, personId: string, { touched, again, states, notes, choices }: Desk): Promise<ProgressRow[]> {
  const unchanged = [...states].flatMap(([timelineId, { row }]) => (row && again.has(timelineId) && !touched.has(timelineId) ? [rowOnWire(row)] : []));
  const count = touched.size + notes.freshCount + choices.freshCount;
  if (count === 0) return unchanged;
  const last = await nextVersions(store, personId, count);
  const [lastNote, lastChoice] = [last - touched.size - choices.freshCount, last - touched.size];
  await keepNotes(store, personId, notes.countTo(lastNote));
  await keepChoices(store, personId, choices.countTo(lastChoice));
  if (touched.size === 0) return unchanged;
  const rows = [...states]
    .filter(([timelineId]) => touched.has(timelineId))
    .map(([timelineId, known], index) => ({
      ...{ person_id: personId, timeline_id: timelineId, lesson_id: known.lessonId },
      ...{ state: JSON.stringify(wholeOf(known)), version: last - index },
    }));
  await store
    .insertInto('progress')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['person_id', 'timeline_id']).doUpdateSet(({ ref }) => ({ lesson_id: ref('excluded.lesson_id'), state: ref('excluded.state'), version: ref('excluded.version') })),
    )
    .execute();
  return [...unchanged, ...rows.map((row) => rowOnWire(row))];
}

async function seenHashes(store: Store, installId: string, events: readonly ProgressEvent[]): Promise<Map<number, string>> {
  const sequences = events.map(({ sequence }) => sequence);
  const rows = await store.selectFrom('progress_events').select(['sequence', 'body_hash']).where('install_id', '=', installId).where('sequence', 'in', sequences).execute();
  return new Map(rows.map(({ sequence, body_hash }) => [Number(sequence), body_hash]));
}

async function watermark(store: Store, { personId, installId }: Intake): Promise<number> {
  const { newest: sequence } = await store
    .selectFrom('progress_events')
    .select(({ fn }) => fn.max('sequence').as('newest'))
    .where('install_id', '=', installId)
    .where('person_id', '=', personId)
    .executeTakeFirstOrThrow();
  return sequence === null ? 0 : Number(sequence);
}

interface LessonOf {
  readonly timelineId: string;
  readonly durationMs: number;
  readonly donePercent: number;
  /** An enrolment that ended since does not lose what was watched or written while it lasted. */
  readonly wasEnrolled: boolean;
}

async function lessonsOf(store: Store, personId: string, events: readonly ProgressEvent[]): Promise<Map<string, LessonOf>> {
  const ids = [...new Set(events.flatMap((event) => placeOf(event)?.lessonId ?? []))];
  if (ids.length === 0) return new Map();
  const rows = await store
    .selectFrom('lessons')
    .innerJoin('courses', 'courses.id', 'lessons.course_id')
    .leftJoin('enrolments', (join) => join.onRef('enrolments.course_id', '=', 'lessons.course_id').on('enrolments.person_id', '=', personId))
    .select(['lessons.id', 'lessons.duration_ms', 'lessons.timeline_id', 'courses.done_percent', 'enrolments.since'])
    .where('lessons.id', 'in', ids)
    .execute();
  return new Map(
    rows.map((row) => [row.id, { timelineId: row.timeline_id, durationMs: row.duration_ms, donePercent: row.done_percent, wasEnrolled: row.since !== null }]),
  );
}

async function statesOf(store: Store, personId: string, events: readonly ProgressEvent[]): Promise<States> {
  const ids = [...new Set(events.flatMap((event) => (event.kind === 'watched' ? [event.snapshot.timelineId] : [])))];
  if (ids.length === 0) return new Map();
  const rows = await store.selectFrom('progress').select(['timeline_id', 'lesson_id', 'state', 'version']).where('person_id', '=', personId).where('timeline_id', 'in', ids).execute();
  return new Map(
    rows.map((row) => {
      const state = JSON.parse(row.state) as ProgressState;
      return [row.timeline_id, { lessonId: row.lesson_id, epoch: state.epoch, parts: [state], extent: null, row }];
    }),
  );
}

/** So many new versions of a student's rows; the last of them. */
export async function nextVersions(store: Store, personId: string, count: number): Promise<number> {
  const row = await store
    .insertInto('progress_versions')
    .values({ person_id: personId, version: count })
    .onConflict((conflict) => conflict.column('person_id').doUpdateSet(({ eb }) => ({ version: eb('progress_versions.version', '+', count) })))
    .returning('version')
    .executeTakeFirstOrThrow();
  return Number(row.version);
}

function bodyHash(personId: string, event: ProgressEvent): string {
  return createHash('sha256').update(JSON.stringify({ personId, event })).digest('hex');
}

function outcomeOf({ sequence }: ProgressEvent, outcome: Outcome['outcome'], reason: string | null = null): Outcome {
  return { sequence, outcome, reason };
}
