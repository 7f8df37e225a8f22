import { expect, test } from 'vitest';
import { createNoticesStore } from '../../../../src/renderer/stores/notices-store.ts';

function storeWithTimers() {
  const timers: { at: number; run: () => void }[] = [];
  const store = createNoticesStore((milliseconds, run) => {
    timers.push({ at: milliseconds, run });
    return () => undefined;
  });
  return { store, titles: () => store.getState().shown.map(({ title }) => title), timers };
}

test('what is said again while it is there is shown once, and stays its full time again', () => {
  const { store, titles, timers } = storeWithTimers();
  store.getState().show({ tone: 'plain', title: 'A part was skipped' });
  store.getState().show({ tone: 'danger', title: 'No room' });
  store.getState().show({ tone: 'plain', title: 'A part was skipped' });
  expect(titles()).toEqual(['No room', 'A part was skipped']);
  timers[0]?.run();
  expect(titles()).toEqual(['No room', 'A part was skipped']);
  timers[2]?.run();
  expect(titles()).toEqual(['No room']);
});

test('notices that can be answered are each their own', () => {
  const { store, titles } = storeWithTimers();
  const action = { label: 'Undo', run: () => undefined };
  store.getState().show({ tone: 'plain', title: 'Removed', action });
  store.getState().show({ tone: 'plain', title: 'Removed', action });
  expect(titles()).toEqual(['Removed', 'Removed']);
});

test('three at the most, the oldest goes first', () => {
  const { store, titles } = storeWithTimers();
  for (const title of ['one', 'two', 'three', 'four']) store.getState().show({ tone: 'plain', title });
  expect(titles()).toEqual(['two', 'three', 'four']);
});
