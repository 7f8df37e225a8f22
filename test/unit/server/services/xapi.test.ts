import { expect, it } from 'vitest';
import { statementsOf } from '../../../../src/server/services/xapi.ts';
import type { Sitting } from '../../../../src/server/services/sittings.ts';
import type { ProgressState } from '../../../../src/shared/models/progress.ts';

const home = 'https://teachify.invalid/schools/first-key';
const video = 'https://w3id.org/xapi/video';
const sitting = (sessionId: string, start: number, end: number): Sitting => ({
  ...{ personId: 'ada', timelineId: 't', sessionId, epoch: 0, ranges: [[start, end]], watchedMs: end - start },
  seenAt: Date.UTC(2030, 0, 1) + end,
});
const state = (end: number, epoch: number): ProgressState => ({ epoch, ranges: [[0, end]], sessions: [], done: end >= 9000, position: null });

function statements(sittings: readonly Sitting[], watchedTo: number, epoch = 0) {
  const course = { id: 'c', title: 'C', donePercent: 90 };
  const lessons = [{ id: 'l', title: 'L', durationMs: 10_000, timelineId: 't' }];
  const students = [{ id: 'ada', name: 'Ada', since: 0, lastSeen: null }];
  return [...statementsOf({ course, lessons, students, sittings, states: new Map([['ada', new Map([['t', state(watchedTo, epoch)]])]]) }, 'first-key')];
}
const named = (all: ReturnType<typeof statements>, verb: string) => all.filter((one) => JSON.stringify(one['verb']).includes(verb));

it('a lesson is completed once, by the sitting that made it so, and that statement never changes again', () => {
  const [first, second, third] = [sitting('one', 0, 5000), sitting('two', 5000, 9500), sitting('three', 0, 10_000)];
  expect(named(statements([first], 5000), 'completed')).toEqual([]);
  const completed = named(statements([first, second], 9500), 'completed');
  expect(completed).toMatchObject([
    {
      context: { extensions: { [`${video}/extensions/session-id`]: 'two', [`${video}/extensions/completion-threshold`]: 0.9 } },
      result: { completion: true, extensions: { [`${video}/extensions/progress`]: 0.95, [`${video}/extensions/played-segments`]: '0[.]9.5' } },
      timestamp: '2030-01-01T00:00:09.500Z',
    },
  ]);
  expect(named(statements([first, second, third], 10_000), 'completed')).toEqual(completed);
});

it('a round that was completed stays so when the lesson is started anew, and the next one is completed for itself', () => {
  const sittings = [sitting('one', 0, 9500), sitting('half', 0, 5000)].map((one, round) => ({ ...one, epoch: round, seenAt: one.seenAt + round * 60_000 }));
  const before = named(statements(sittings.slice(0, 1), 9500), 'completed');
  expect(before).toHaveLength(1);
  expect(named(statements(sittings, 5000, 1), 'completed')).toEqual(before);
  expect(named(statements([...sittings, { ...sitting('rest', 5000, 9500), epoch: 1, seenAt: Date.UTC(2030, 0, 2) }], 9500, 1), 'completed')).toEqual([before[0], expect.anything()]);
  expect(named(statements([{ ...sitting('some', 0, 5000) }, ...sittings.slice(1)], 5000, 1), 'completed')).toEqual([]);
});

it('each statement says what the video profile asks of its verb', () => {
  const all = statements([sitting('one', 0, 9500)], 9500);
  expect(all.map((one) => (one['verb'] as { id: string }).id)).toEqual(['initialized', 'terminated', 'completed'].map((name) => `http://adlnet.gov/expapi/verbs/${name}`));
  for (const one of all) {
    expect(one).toMatchObject({
      actor: { account: { homePage: home, name: 'ada' } },
      object: { id: `${home}/lessons/l`, definition: { type: `${video}/activity-type/video` } },
      context: { contextActivities: { category: [{ id: video }] }, extensions: { [`${video}/extensions/session-id`]: 'one', [`${video}/extensions/length`]: 10 } },
    });
  }
  for (const one of all.slice(1)) {
    const { result } = one as { result: { duration: string; extensions: Record<string, unknown> } };
    expect(result.duration).toBe('PT9.5S');
    expect(Object.keys(result.extensions).toSorted()).toEqual(['played-segments', 'progress', 'time'].map((name) => `${video}/extensions/${name}`));
  }
});
