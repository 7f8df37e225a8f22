import { percentWatched, totalWatchedMs, type ProgressState } from '../../shared/models/progress.ts';
import { clampRanges, rangesLength, unionRanges, type TimeRange } from '../../shared/models/ranges.ts';
import { stopBins, type CourseReport, type LessonReport, type StudentReport } from '../../shared/api/teaching.ts';
import type { Store } from '../store/database.ts';
import { readsFrom, type Reads } from '../store/reads.ts';
import { inTransaction } from '../store/transactions.ts';
import { recordAction } from './audit.ts';
import { touchCourse } from './catalog-changes.ts';
import { requireTeacherOf } from './course-access.ts';
import { isDoneNow, keepDone } from './done.ts';
import type { Caller } from './sessions.ts';
import { sittingsOn, type Sitting } from './sittings.ts';

const dayMs = 24 * 60 * 60 * 1000;
const silentMs = 14 * dayMs;
/** A passage is worth naming when so many students went back to it, for so long. */
const leastStudents = 2;
const leastPassageMs = 1_000;

/** What teachers may know of their courses. Each throws not_enrolled for whoever does not teach the course. */
export interface Teaching {
  /** Whether the caller teaches it, and nothing else. */
  require(caller: Caller, courseId: string): Promise<unknown>;
  report(caller: Caller, courseId: string): Promise<CourseReport>;
  /** Everything that statements about the course are made of. */
  record(caller: Caller, courseId: string): Promise<CourseRecord>;
  setDonePercent(caller: Caller, courseId: string, donePercent: number): Promise<void>;
}

export interface CourseRecord {
  readonly course: { readonly id: string; readonly title: string; readonly donePercent: number };
  readonly lessons: readonly LessonOf[];
  /** `since` is when they came into the course. */
  readonly students: readonly { readonly id: string; readonly name: string; readonly since: number; readonly lastSeen: number | null }[];
  /** By student, then timeline; done by the course's rule of today, or once by another. */
  readonly states: ReadonlyMap<string, ReadonlyMap<string, ProgressState>>;
  readonly sittings: readonly Sitting[];
}

interface LessonOf {
  readonly id: string;
  readonly title: string;
  readonly durationMs: number;
  readonly timelineId: string;
}

/** @param reads may be behind: students, what they watched */
export function createTeaching(store: Store, now: () => number, reads: Reads = readsFrom(store, null, now)): Teaching {
  const require = async (caller: Caller, courseId: string) => {
    const course = await requireTeacherOf(store, caller, courseId, now());
    return { id: course.id, title: course.title, donePercent: course.done_percent };
  };
  const record = async (caller: Caller, courseId: string): Promise<CourseRecord> => {
    const course = await require(caller, courseId);
    const lessons = (await store.selectFrom('lessons').select(['id', 'title', 'duration_ms', 'timeline_id']).where('course_id', '=', courseId).orderBy('position').execute()).map(
      ({ id, title, duration_ms, timeline_id }) => ({ id, title, durationMs: duration_ms, timelineId: timeline_id }),
    );
    const students = await reads((place) => studentsOf(place, courseId, now()));
    const timelines = lessons.map(({ timelineId }) => timelineId);
    const here = new Set(students.map(({ id }) => id));
    const sittings = (await reads((place) => sittingsOn(place, timelines))).filter(({ personId }) => here.has(personId));
    return { course, lessons, students, states: await reads((place) => statesOn(place, lessons, course.donePercent)), sittings };
  };
  return {
    require,
    record,
    report: async (caller, courseId) => {
      const known = await record(caller, courseId);
      const { id, donePercent } = known.course;
      return { courseId: id, donePercent, lessons: known.lessons.map((lesson) => lessonReport(known, lesson)), students: studentReports(known, now()) };
    },
    setDonePercent: async (caller, courseId, donePercent) => {
      await require(caller, courseId);
      await inTransaction(store, async (db) => {
        await keepDone(db, courseId, donePercent);
        await db.updateTable('courses').set({ done_percent: donePercent }).where('id', '=', courseId).execute();
        await recordAction(db, now(), caller, 'course.edit', courseId, { donePercent });
        await touchCourse(db, courseId);
      });
    },
  };
}

async function studentsOf(store: Store, courseId: string, at: number): Promise<CourseRecord['students']> {
  const people = await store
    .selectFrom('enrolments')
    .innerJoin('people', 'people.id', 'enrolments.person_id')
    .select(['people.id', 'people.name', 'enrolments.since'])
    .where('enrolments.course_id', '=', courseId)
    .where('people.role', '=', 'student')
    .where((expression) => expression.or([expression('enrolments.until', 'is', null), expression('enrolments.until', '>', at)]))
    .orderBy('people.name')
    .execute();
  const seen = await store
    .selectFrom('progress_events')
    .select(({ fn }) => ['person_id', fn.max('received_at').as('last_seen')])
    .groupBy('person_id')
    .execute();
  const lastSeen = new Map(seen.map(({ person_id, last_seen }) => [person_id, Number(last_seen)]));
  return people.map(({ id, name, since }) => ({ id, name, since: Number(since), lastSeen: lastSeen.get(id) ?? null }));
}

/** Each done as it is by the course's rule of today. */
async function statesOn(store: Store, lessons: readonly LessonOf[], donePercent: number): Promise<CourseRecord['states']> {
  const durations = new Map(lessons.map(({ timelineId, durationMs }) => [timelineId, durationMs]));
  const rows = durations.size === 0 ? [] : await store.selectFrom('progress').select(['person_id', 'timeline_id', 'state']).where('timeline_id', 'in', [...durations.keys()]).execute();
  const states = new Map<string, Map<string, ProgressState>>();
  for (const { person_id, timeline_id, state } of rows) {
    const ofPerson = states.get(person_id) ?? new Map<string, ProgressState>();
    const known = JSON.parse(state) as ProgressState;
    states.set(person_id, ofPerson.set(timeline_id, { ...known, done: isDoneNow(known, { durationMs: durations.get(timeline_id) ?? 0, donePercent }) }));
  }
  return states;
}

function lessonReport({ students, states, sittings }: CourseRecord, { id, title, durationMs, timelineId }: LessonOf): LessonReport {
  const known = students.flatMap((student) => states.get(student.id)?.get(timelineId) ?? []);
  const watched = known.filter(({ ranges }) => ranges.length > 0);
  const stops = Array.from({ length: stopBins }, () => 0);
  for (const { done, position } of watched) {
    if (done || !position) continue;
    const bin = Math.min(stopBins - 1, Math.floor((position.ms * stopBins) / durationMs));
    stops[bin] = (stops[bin] ?? 0) + 1;
  }
  return {
    ...{ lessonId: id, title, durationMs, students: students.length, watchedBy: watched.length, doneBy: known.filter(({ done }) => done).length },
    medianPercent: median(watched.map(({ ranges }) => percentWatched(ranges, durationMs))),
    stops,
    rewatched: rewatched(sittings.filter((sitting) => sitting.timelineId === timelineId)),
  };
}

/** Passages by how many students watched them in more than one sitting of the same round through the lesson. */
function rewatched(sittings: readonly Sitting[]): LessonReport['rewatched'] {
  const byStudent = [...Map.groupBy(sittings, ({ personId }) => personId).values()].map((own) => unionRanges(...[...Map.groupBy(own, ({ epoch }) => epoch).values()].map(twice)));
  return layers(byStudent, leastStudents)
    .map(({ range: [startMs, endMs], count }) => ({ startMs, endMs, students: count }))
    .filter(({ startMs, endMs }) => endMs - startMs >= leastPassageMs);
}

function twice(sittings: readonly Sitting[]): TimeRange[] {
  return unionRanges(layers(sittings.map(({ ranges }) => ranges), 2).map(({ range }) => range));
}

/** Where at least so many of these lists lie over each other, cut where the count changes. */
function layers(lists: readonly (readonly TimeRange[])[], least: number): { range: TimeRange; count: number }[] {
  const edges = lists.flat().flatMap(([start, end]) => [{ at: start, step: 1 }, { at: end, step: -1 }]).sort((a, b) => a.at - b.at);
  const found: { range: TimeRange; count: number }[] = [];
  let count = 0;
  edges.forEach(({ at, step }, index) => {
    count += step;
    const next = edges[index + 1]?.at ?? at;
    if (count >= least && next > at) found.push({ range: [at, next], count });
  });
  return found;
}

function studentReports({ lessons, students, states }: CourseRecord, at: number): StudentReport[] {
  const courseMs = lessons.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const figures = students.map(({ id, name, since, lastSeen }) => {
    const own = lessons.flatMap(({ timelineId, durationMs }) => {
      const state = states.get(id)?.get(timelineId);
      return state ? [{ state, seenMs: rangesLength(clampRanges(state.ranges, durationMs)) }] : [];
    });
    const seenMs = own.reduce((sum, lesson) => sum + lesson.seenMs, 0);
    return {
      ...{ studentId: id, name, lastSeen, percent: courseMs > 0 ? Math.floor((seenMs * 100) / courseMs) : 0 },
      lessonsDone: own.filter(({ state }) => state.done).length,
      watchedMs: own.reduce((sum, { state }) => sum + totalWatchedMs(state), 0),
      heardOf: Math.max(since, lastSeen ?? 0),
    };
  });
  const middle = median(figures.map(({ percent }) => percent)) ?? 0;
  return figures.map(({ heardOf, ...student }) => {
    // Who came into the course a day ago was not silent for two weeks.
    const isSilent = at - heardOf > silentMs;
    const isDone = student.lessonsDone === lessons.length;
    return { ...student, fallsBehind: !isDone && (student.percent * 2 < middle || isSilent) };
  });
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  if (upper === undefined) return null;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
