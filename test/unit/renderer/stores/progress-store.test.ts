import { describe, expect, it } from 'vitest';
import { undoMs } from '../../../../src/renderer/stores/downloads-store.ts';
import { createProgressStore } from '../../../../src/renderer/stores/progress-store.ts';
import { createFakeRemote, settle } from '../fake-remote.ts';

const row = (lessonId: string, percent: number) => ({ lessonId, timelineId: lessonId, ranges: [], percent, done: false, positionMs: 0, watchedMs: 0, updatedAt: 0 });

it('keeps the lessons an announcement does not name, whichever comes first', async () => {
  const remote = createFakeRemote({ 'progress.lessons': () => [row('a', 10), row('b', 20)], 'progress.outbox': () => null });
  const { store, start } = createProgressStore(remote, () => () => {}, () => {}, 'me');
  start();
  remote.announce('progress.changed', [row('a', 15)]);
  await settle();
  const percents = () => Object.fromEntries([...store.getState().lessons.values()].map(({ lessonId, percent }) => [lessonId, percent]));
  expect(percents()).toEqual({ a: 15, b: 20 });
  remote.announce('progress.changed', [row('b', 30)]);
  expect(percents()).toEqual({ a: 15, b: 30 });
});

describe('a lesson that shall count as not watched', () => {
  const watched = { ...row('a', 40), ranges: [[0, 400]] };
  async function open(startAnew: () => unknown) {
    const remote = createFakeRemote({ 'progress.lessons': () => [watched, row('b', 20)], 'progress.outbox': () => null, 'progress.startAnew': startAnew });
    const due = new Map<() => void, number>();
    const failures: unknown[] = [];
    const later = (ms: number, run: () => void) => {
      due.set(run, ms);
      return () => void due.delete(run);
    };
    const { store, start } = createProgressStore(remote, later, (error) => failures.push(error), 'me');
    const stop = start();
    await settle();
    const pass = async () => {
      for (const run of due.keys()) run();
      await settle();
    };
    return { remote, store, stop, due, pass, failures, shown: () => [...store.getState().lessons.keys()] };
  }

  it('does so at once for the eye, and for good when it was not undone in time', async () => {
    const { store, due, pass, shown, remote } = await open(() => ({ ...watched, ranges: [], percent: 0 }));
    store.getState().forget('a');
    expect(shown()).toEqual(['b']);
    expect([...due.values()]).toEqual([undoMs]);
    remote.announce('progress.changed', [{ ...watched, percent: 41 }]);
    expect(shown()).toEqual(['b']);
    await pass();
    expect(store.getState().lessons.get('a')).toMatchObject({ percent: 0, ranges: [] });
  });

  it('does so before it is opened again, or all that is watched now would count for the round of before', async () => {
    const asked = Promise.withResolvers<unknown>();
    const { store, due, shown } = await open(() => asked.promise);
    await store.getState().decided('a');
    expect(shown()).toEqual(['a', 'b']);
    store.getState().forget('a');
    let isDecided = false;
    for (let times = 0; times < 2; times += 1) void store.getState().decided('a').then(() => (isDecided = true));
    await settle();
    expect([isDecided, due.size]).toEqual([false, 0]);
    asked.resolve({ ...watched, ranges: [], percent: 0 });
    await settle();
    expect(isDecided).toBe(true);
    expect(store.getState().lessons.get('a')).toMatchObject({ percent: 0 });
  });

  it('does so when its student leaves, and for that one: whoever sits down next has watched what they have', async () => {
    const { store, stop, due, remote } = await open(() => null);
    store.getState().forget('a');
    stop();
    expect(due.size).toBe(0);
    await settle();
    expect(remote.calls.filter(({ name }) => name === 'progress.startAnew').map(({ input }) => input)).toEqual([{ timelineId: watched.timelineId, of: 'me' }]);
  });

  it('does so behind the lock, where main says no more of it than that it is done', async () => {
    const { store, pass, shown, failures } = await open(() => null);
    store.getState().forget('a');
    await pass();
    expect([shown(), failures]).toEqual([['b'], []]);
  });

  it('stays as it was when undone, or when main cannot', async () => {
    const { store, due, pass, shown, failures } = await open(() => Promise.reject(new Error('the disk is full')));
    store.getState().forget('a');
    store.getState().undoForget('a');
    expect(due.size).toBe(0);
    expect(shown()).toEqual(['a', 'b']);
    store.getState().forget('a');
    await pass();
    expect(shown()).toEqual(['a', 'b']);
    expect(failures).toHaveLength(1);
  });
});
