import { expect, it } from 'vitest';
import { createProgressStore } from '../../../../src/renderer/stores/progress-store.ts';
import { createFakeRemote, settle } from '../fake-remote.ts';

const row = (lessonId: string, percent: number) => ({ lessonId, timelineId: lessonId, ranges: [], percent, done: false, positionMs: 0, watchedMs: 0, updatedAt: 0 });

it('keeps the lessons an announcement does not name, whichever comes first', async () => {
  const remote = createFakeRemote({ 'progress.lessons': () => [row('a', 10), row('b', 20)], 'progress.outbox': () => null });
  const { store, start } = createProgressStore(remote);
  start();
  remote.announce('progress.changed', [row('a', 15)]);
  await settle();
  const percents = () => Object.fromEntries([...store.getState().lessons.values()].map(({ lessonId, percent }) => [lessonId, percent]));
  expect(percents()).toEqual({ a: 15, b: 20 });
  remote.announce('progress.changed', [row('b', 30)]);
  expect(percents()).toEqual({ a: 15, b: 30 });
});
