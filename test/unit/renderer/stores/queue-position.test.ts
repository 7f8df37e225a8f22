import { expect, it } from 'vitest';
import { queuePosition, type QueuePlace } from '../../../../src/renderer/stores/queue-position.ts';

const items = (['a queued', 'b ready', 'c running', 'd ready', 'e queued'] as const).map((word) => {
  const [lessonId = '', state] = word.split(' ');
  return { lessonId, state: state as 'queued' | 'ready' | 'running' };
});
/** As the queue does it: taken out, put in at the place. */
const moved = (lessonId: string, place: QueuePlace) => {
  const order = items.map((item) => item.lessonId).filter((id) => id !== lessonId);
  order.splice(queuePosition(items, lessonId, place), 0, lessonId);
  return order.filter((id) => !['b', 'd'].includes(id)).join('');
};

it('moves past the next one under way, whatever is ready in between', () => {
  expect(moved('c', 'earlier')).toBe('cae');
  expect(moved('c', 'later')).toBe('aec');
  expect(moved('c', 'first')).toBe('cae');
  expect(moved('a', 'last')).toBe('cea');
  expect(moved('a', 'later')).toBe('cae');
  expect(moved('e', 'earlier')).toBe('aec');
});

it('stays where there is nothing to pass', () => {
  expect(moved('a', 'earlier')).toBe('ace');
  expect(moved('e', 'later')).toBe('ace');
});
