import { createHash } from 'node:crypto';
import { percentWatched, usualDonePercent } from '../../shared/models/progress.ts';
import { rangesLength, unionRanges, type TimeRange } from '../../shared/models/ranges.ts';
import { playedSegments } from '../../shared/api/teaching.ts';
import type { CourseRecord } from './teaching.ts';

const profile = 'https://w3id.org/xapi/video';
const verbs = {
  initialized: { id: 'http://adlnet.gov/expapi/verbs/initialized', display: { en: 'initialized' } },
  terminated: { id: 'http://adlnet.gov/expapi/verbs/terminated', display: { en: 'terminated' } },
  completed: { id: 'http://adlnet.gov/expapi/verbs/completed', display: { en: 'completed' } },
} as const;
/** Of our own, so that the same sitting has the same id in every export (RFC 9562 5.5). */
const namespace = '5c0ff8a5-6c52-5f0e-9d0f-3a1b8f0f7d21';

/** A statement of xAPI 1.0.3 by its video profile 1.0. */
export type Statement = Readonly<Record<string, unknown>>;

/**
 * What was watched in a course, sitting by sitting: initialized and terminated for each, completed once for each lesson that
 * is done, with the sitting that made it so. Ids depend only on who, what and which sitting, so that a second export replaces the first.
 * @param schoolId what the school is called for good: its address may be another tomorrow
 */
export function* statementsOf({ course, lessons, students, states, sittings }: CourseRecord, schoolId: string): Generator<Statement> {
  // A name and no address: nobody can ever own a host under .invalid (RFC 2606).
  const home = `https://teachify.invalid/schools/${schoolId}`;
  const names = new Map(students.map(({ id, name }) => [id, name]));
  const byTimeline = new Map(lessons.map((lesson) => [lesson.timelineId, lesson]));
  const actor = (personId: string) => ({ objectType: 'Agent', name: names.get(personId) ?? personId, account: { homePage: home, name: personId } });
  const object = (lesson: (typeof lessons)[number]) => ({
    objectType: 'Activity',
    id: `${home}/lessons/${encodeURIComponent(lesson.id)}`,
    definition: { type: `${profile}/activity-type/video`, name: { und: lesson.title } },
  });
  const context = (sessionId: string, durationMs: number) => ({
    contextActivities: { category: [{ objectType: 'Activity', id: profile }], parent: [{ objectType: 'Activity', id: `${home}/courses/${encodeURIComponent(course.id)}` }] },
    extensions: { [`${profile}/extensions/session-id`]: sessionId, [`${profile}/extensions/length`]: durationMs / 1000, [`${profile}/extensions/completion-threshold`]: (course.donePercent || usualDonePercent) / 100 },
  });
  const completed = new Set<string>();
  const seen = new Map<string, TimeRange[]>();
  const roundOf = ({ personId, timelineId, epoch }: (typeof sittings)[number]) => JSON.stringify([personId, timelineId, epoch]);
  const lastOf = new Map(sittings.map((sitting) => [roundOf(sitting), sitting]));
  for (const sitting of sittings) {
    const { personId, timelineId, sessionId, epoch, ranges, watchedMs, seenAt } = sitting;
    const lesson = byTimeline.get(timelineId);
    if (!lesson || !names.has(personId)) continue;
    const whole = { actor: actor(personId), object: object(lesson), context: context(sessionId, lesson.durationMs) };
    const id = (verb: string) => uuid([schoolId, personId, timelineId, verb, ...(verb === 'completed' ? [String(epoch)] : [sessionId, String(epoch)])]);
    const told = (played: readonly TimeRange[]) => ({
      [`${profile}/extensions/time`]: (ranges.at(-1)?.[1] ?? 0) / 1000,
      [`${profile}/extensions/progress`]: percentWatched(played, lesson.durationMs) / 100,
      [`${profile}/extensions/played-segments`]: playedSegments(played),
    });
    const timestamp = new Date(seenAt).toISOString();
    const duration = `PT${watchedMs / 1000}S`;
    yield { id: id('initialized'), verb: verbs.initialized, ...whole, timestamp: new Date(seenAt - watchedMs).toISOString() };
    yield { id: id('terminated'), verb: verbs.terminated, ...whole, result: { duration, extensions: told(ranges) }, timestamp };
    const round = roundOf(sitting);
    const played = unionRanges(seen.get(round) ?? [], ranges);
    seen.set(round, played);
    const state = states.get(personId)?.get(timelineId);
    const isEnough = rangesLength(played) * 100 >= lesson.durationMs * course.donePercent;
    // Of a round before, only its sittings are known.
    const isDone = state !== undefined && (state.epoch > epoch ? isEnough : state.epoch === epoch && state.done);
    if (!isDone || completed.has(round)) continue;
    // The share that makes a lesson done may have been another then.
    if (!isEnough && lastOf.get(round) !== sitting) continue;
    completed.add(round);
    yield { id: id('completed'), verb: verbs.completed, ...whole, result: { completion: true, duration, extensions: told(played) }, timestamp };
  }
}

/** UUID version 5 (RFC 9562 5.5) of these words. */
function uuid(words: readonly string[]): string {
  const hash = createHash('sha1').update(Buffer.from(namespace.replaceAll('-', ''), 'hex')).update(JSON.stringify(words)).digest().subarray(0, 16);
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  return hash.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
