import { expect, it } from 'vitest';
import { follow } from '../../../../src/renderer/stores/follow.ts';
import { settle } from '../fake-remote.ts';

function source() {
  const seen: string[] = [];
  let announce: (value: string) => void = () => undefined;
  let answer: (value: string) => void = () => undefined;
  const stop = follow<string>({
    listen: (apply) => {
      announce = apply;
      return () => (announce = () => undefined);
    },
    load: () => new Promise((resolve) => (answer = resolve)),
    apply: (value) => seen.push(value),
  });
  return { seen, stop, announce: (value: string) => announce(value), answer: (value: string) => answer(value) };
}

it('takes the answer, then what is announced', async () => {
  const { seen, announce, answer } = source();
  answer('first');
  await settle();
  announce('second');
  expect(seen).toEqual(['first', 'second']);
});

it('lets an announcement stand against an older answer that comes late', async () => {
  const { seen, announce, answer } = source();
  announce('newer');
  answer('older');
  await settle();
  expect(seen).toEqual(['newer']);
});

it('hears nothing after it stopped', async () => {
  const { seen, stop, announce, answer } = source();
  stop();
  answer('late');
  await settle();
  announce('later');
  expect(seen).toEqual([]);
});
