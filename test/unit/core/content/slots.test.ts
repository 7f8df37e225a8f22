import { expect, it } from 'vitest';
import { Slots } from '../../../../src/core/content/slots.ts';

/** Takes slots and notes in which order they were granted. */
function queue(slots: Slots) {
  const granted: string[] = [];
  const take = (name: string, priority: 'foreground' | 'background', signal?: AbortSignal) =>
    slots.take(priority, signal).then((giveBack) => {
      granted.push(name);
      return giveBack;
    });
  return { granted, take };
}

it('gives background transfers their turns in the order they asked', async () => {
  const { granted, take } = queue(new Slots(() => 2));
  const first = await take('a', 'background');
  const second = await take('b', 'background');
  const third = take('c', 'background');
  const fourth = take('d', 'background');
  second();
  await third;
  expect(granted).toEqual(['a', 'b', 'c']);
  first();
  await fourth;
  expect(granted).toEqual(['a', 'b', 'c', 'd']);
});

it('never lets what is being watched wait for what is being taken home', async () => {
  const { granted, take } = queue(new Slots(() => 2));
  await Promise.all([take('a', 'background'), take('b', 'background')]);
  await take('now', 'foreground');
  expect(granted).toEqual(['a', 'b', 'now']);
});

it('a slot given back twice counts once', async () => {
  const slots = new Slots(() => 1);
  const giveBack = await slots.take('background');
  giveBack();
  giveBack();
  await slots.take('background');
  let granted = false;
  void slots.take('background').then(() => (granted = true));
  await new Promise(setImmediate);
  expect(granted).toBe(false);
});

it('who is no longer wanted leaves the queue', async () => {
  const slots = new Slots(() => 1);
  const giveBack = await slots.take('background');
  const leaving = new AbortController();
  const left = slots.take('background', leaving.signal);
  const next = slots.take('background');
  leaving.abort(new Error('not wanted'));
  await expect(left).rejects.toThrow('not wanted');
  giveBack();
  await expect(next).resolves.toBeTypeOf('function');
  await expect(slots.take('background', AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late');
});

it('looks again when the bound has grown', async () => {
  let total = 1;
  const slots = new Slots(() => total);
  await slots.take('background');
  const waiting = slots.take('background');
  total = 2;
  slots.wake();
  await expect(waiting).resolves.toBeTypeOf('function');
});
