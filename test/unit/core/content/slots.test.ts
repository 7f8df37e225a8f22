import { expect, it } from 'vitest';
import { Slots } from '../../../../src/core/content/slots.ts';

const slotsOf = (total: () => number) => new Slots({ ofHost: total, background: (limit) => limit });

/** Takes slots and notes in which order they were granted. */
function queue(slots: Slots) {
  const granted: string[] = [];
  const take = (name: string, priority: 'foreground' | 'background', signal?: AbortSignal) =>
    slots.take(priority, 'school', signal).then((giveBack) => {
      granted.push(name);
      return giveBack;
    });
  return { granted, take };
}

it('gives background transfers their turns in the order they asked', async () => {
  const { granted, take } = queue(slotsOf(() => 2));
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
  const { granted, take } = queue(slotsOf(() => 2));
  await Promise.all([take('a', 'background'), take('b', 'background')]);
  await take('now', 'foreground');
  expect(granted).toEqual(['a', 'b', 'now']);
});

it('a slot given back twice counts once', async () => {
  const slots = slotsOf(() => 1);
  const giveBack = await slots.take('background', 'school');
  giveBack();
  giveBack();
  await slots.take('background', 'school');
  let granted = false;
  void slots.take('background', 'school').then(() => (granted = true));
  await new Promise(setImmediate);
  expect(granted).toBe(false);
});

it('who is no longer wanted leaves the queue', async () => {
  const slots = slotsOf(() => 1);
  const giveBack = await slots.take('background', 'school');
  const leaving = new AbortController();
  const left = slots.take('background', 'school', leaving.signal);
  const next = slots.take('background', 'school');
  leaving.abort(new Error('not wanted'));
  await expect(left).rejects.toThrow('not wanted');
  giveBack();
  await expect(next).resolves.toBeTypeOf('function');
  await expect(slots.take('background', 'school', AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late');
});

it('looks again when the bound has grown', async () => {
  let total = 1;
  const slots = slotsOf(() => total);
  await slots.take('background', 'school');
  const waiting = slots.take('background', 'school');
  total = 2;
  slots.wake();
  await expect(waiting).resolves.toBeTypeOf('function');
});

it('a host that is full holds nobody back who goes to another', async () => {
  const slots = slotsOf(() => 1);
  const first = await slots.take('background', 'school');
  const second = slots.take('background', 'school');
  await expect(slots.take('background', 'elsewhere.test')).resolves.toBeTypeOf('function');
  first();
  await expect(second).resolves.toBeTypeOf('function');
});

it('a polite download is one connection, whatever the number of hosts', async () => {
  const slots = new Slots({ ofHost: () => 4, background: () => 1 });
  const first = await slots.take('background', 'school');
  let granted = false;
  const second = slots.take('background', 'elsewhere.test').then(() => (granted = true));
  await new Promise(setImmediate);
  expect(granted).toBe(false);
  first();
  await second;
});
