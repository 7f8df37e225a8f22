import { expect, it } from 'vitest';
import { askEarly, type Question } from '../../../src/renderer/early-answers.ts';
import { createFakeRemote, settle } from './fake-remote.ts';

const questions: readonly Question[] = [
  ['catalog.view', 'catalog.changed'],
  ['downloads.list', 'downloads.changed'],
];
const never = new Promise<void>(() => {});

it('asks all at once, gives each answer once, and asks anew after that', async () => {
  const remote = createFakeRemote({ 'catalog.view': () => 'library', 'downloads.list': () => 'list' });
  const early = askEarly(remote, questions, never);
  await early.ready;
  expect(await early.remote.call('catalog.view')).toBe('library');
  expect(remote.calls).toHaveLength(2);
  await early.remote.call('catalog.view');
  expect(remote.calls).toHaveLength(3);
});

it('an answer that an event made old is not given', async () => {
  const remote = createFakeRemote({ 'catalog.view': () => 'library', 'downloads.list': () => 'list' });
  const early = askEarly(remote, questions, never);
  await early.ready;
  remote.announce('catalog.changed', 'newer');
  await early.remote.call('catalog.view');
  expect(remote.calls.map(({ name }) => name)).toEqual(['catalog.view', 'downloads.list', 'catalog.view']);
});

it('one late answer keeps nobody waiting beyond patience, and is not asked for twice', async () => {
  let answer: (value: string) => void = () => {};
  const remote = createFakeRemote({ 'catalog.view': () => new Promise((resolve) => (answer = resolve)), 'downloads.list': () => 'list' });
  let end: () => void = () => {};
  const early = askEarly(remote, questions, new Promise((resolve) => (end = resolve)));
  let isReady = false;
  void early.ready.then(() => (isReady = true));
  await settle();
  expect(isReady).toBe(false);
  end();
  await settle();
  expect(isReady).toBe(true);
  const waiting = early.remote.call('catalog.view');
  answer('library');
  expect(await waiting).toBe('library');
  expect(remote.calls).toHaveLength(2);
});

it('a refusal is asked anew', async () => {
  let answers = 0;
  const remote = createFakeRemote({
    'catalog.view': () => {
      answers += 1;
      if (answers === 1) throw new Error('refused');
      return 'library';
    },
    'downloads.list': () => 'list',
  });
  const early = askEarly(remote, questions, never);
  await early.ready;
  expect(await early.remote.call('catalog.view')).toBe('library');
});
