import { setTimeout as later } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openSharedCounts, type SharedCounts } from '../../../src/server/limits/shared-counts.ts';
import { createCourseMemory, type CourseMemory } from '../../../src/server/services/course-memory.ts';
import type { CourseResponse } from '../../../src/shared/api/catalog.ts';
import { manualClock, type ManualClock } from '../../harness/manual-clock.ts';
import { startRedis, type RedisServer } from '../../harness/redis.ts';

let redis: RedisServer;
let connections: SharedCounts[];
let clock: ManualClock;
/** Two servers of one school, and one of another school at the same Redis. */
let left: CourseMemory;
let right: CourseMemory;
let foreign: CourseMemory;
let made: string[];

beforeAll(async () => {
  redis = await startRedis();
  connections = [1, 2, 3].map(() => openSharedCounts(redis.url, () => {}));
  for (const connection of connections) while (!(await connection.count('warm', 1000))) await later(20);
});
afterAll(async () => {
  for (const connection of connections) connection.close();
  await redis.kill();
});
let schools = 0;
beforeEach(() => {
  clock = manualClock();
  made = [];
  schools += 1;
  const memory = (index: number, scope: string) => createCourseMemory({ now: () => clock.now(), shared: connections[index] ?? null, scope });
  [left, right, foreign] = [memory(0, `school ${schools}`), memory(1, `school ${schools}`), memory(2, 'another school')];
});

const described = (title: string): CourseResponse => ({ course: { id: 'tea', title, description: '', language: 'en', posterUrl: null, lessonCount: 0, durationMs: 0 }, lessons: [] });
const recall = async (memory: CourseMemory, version: number, title = `Tea ${version}`) => {
  const { course } = await memory.recall('tea', version, async () => {
    made.push(title);
    return described(title);
  });
  return course.title;
};
const isKept = async (version: number) => {
  const other = createCourseMemory({ now: () => clock.now(), shared: connections[0] ?? null, scope: `school ${schools}` });
  for (let missing = true; missing; ) {
    missing = false;
    await other.recall('tea', version, async () => {
      missing = true;
      throw new Error('not yet');
    }).catch(() => later(10));
  }
};

it('of two servers one describes a course, and both anew when it changed', async () => {
  expect(await recall(left, 1)).toBe('Tea 1');
  await isKept(1);
  expect(await recall(right, 1, 'never made')).toBe('Tea 1');
  expect(await recall(right, 2)).toBe('Tea 2');
  await isKept(2);
  expect(await recall(left, 2, 'never made')).toBe('Tea 2');
  expect(made).toEqual(['Tea 1', 'Tea 2']);
});

it('a class that asks at once has it described once', async () => {
  expect(new Set(await Promise.all(Array.from({ length: 60 }, () => recall(left, 1))))).toEqual(new Set(['Tea 1']));
  expect(made).toEqual(['Tea 1']);
});

it('another school at the same Redis is told nothing', async () => {
  await recall(left, 1);
  await isKept(1);
  expect(await recall(foreign, 1, 'Their tea')).toBe('Their tea');
});

it('after a minute it is described again, and what failed is not remembered', async () => {
  const alone = createCourseMemory({ now: () => clock.now(), shared: null, scope: 'alone' });
  await expect(alone.recall('tea', 1, () => Promise.reject(new Error('away')))).rejects.toThrow('away');
  expect(await recall(alone, 1)).toBe('Tea 1');
  await clock.advance(59_999);
  expect(await recall(alone, 1, 'too early')).toBe('Tea 1');
  await clock.advance(1);
  expect(await recall(alone, 1, 'Tea anew')).toBe('Tea anew');
});

it('what Redis holds of somebody else’s making is not believed', async () => {
  await recall(left, 1);
  await isKept(1);
  const asking = new Redis(redis.url);
  for (const name of await asking.keys('teachify:text:*')) await asking.set(name, '{"course": 1}');
  asking.disconnect();
  expect(await recall(right, 1, 'made here')).toBe('made here');
});

it('while Redis is away each describes for itself, without a word', async () => {
  await redis.kill();
  expect(await recall(left, 1)).toBe('Tea 1');
  expect(await recall(right, 1, 'Tea by the right one')).toBe('Tea by the right one');
  await redis.start();
  for (const connection of connections) while (!(await connection.count('back', 1000))) await later(20);
  expect(await recall(left, 2)).toBe('Tea 2');
  await isKept(2);
  expect(await recall(right, 2, 'never made')).toBe('Tea 2');
});
