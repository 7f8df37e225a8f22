import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startServer, type RunningServer } from '../../../src/server/compose.ts';
import { openSharedCounts, type SharedCounts } from '../../../src/server/limits/shared-counts.ts';
import { startRedis, type RedisServer } from '../../harness/redis.ts';
import { schoolClient } from '../../harness/school-client.ts';

const folder = mkdtempSync(join(tmpdir(), 'teachify-limits-'));
const said: string[] = [];
let redis: RedisServer;
let servers: RunningServer[];
let other: SharedCounts;

beforeAll(async () => {
  redis = await startRedis();
  other = openSharedCounts(redis.url, () => {});
  const options = { port: 0, redisUrl: redis.url, logLevel: 'silent', workers: 0 } as const;
  const surroundings = { now: () => Date.now(), say: (sentence: string) => void said.push(sentence), version: 'test' };
  servers = [];
  for (const name of ['left', 'right']) servers.push(await startServer({ ...options, data: join(folder, name) }, surroundings));
});
afterAll(async () => {
  other.close();
  await Promise.all(servers.map((server) => server.close()));
  await redis.kill();
  rmSync(folder, { recursive: true, force: true });
});

const guess = async (attempt: number, email: string) =>
  (await schoolClient(servers[attempt % 2]?.url ?? '').post('/api/auth/token', { email, password: 'a guess', device_id: 'somewhere' })).status;

async function guesses(email: string, count: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let attempt = 0; attempt < count; attempt += 1) statuses.push(await guess(attempt, email));
  return statuses;
}

it('whoever guesses at one account is held back at all servers together', async () => {
  while (!(await other.count('warm', 1000))) await later(20);
  expect(await guesses('guessed@school.test', 12)).toEqual([...Array.from({ length: 10 }, () => 401), 429, 429]);
});

it('what was counted ends with its window', async () => {
  for (const current of [1, 2]) expect(await other.count('long', 60_000)).toMatchObject({ current });
  for (let window = 0; window < 2; window += 1) {
    expect(await other.count('short', 50)).toMatchObject({ current: 1 });
    await later(100);
  }
  expect(await other.count('long', 60_000)).toMatchObject({ current: 3 });
});

it('while Redis is away each server counts alone, and all goes on; when it is back they count together again', async () => {
  await redis.kill();
  const statuses = await guesses('alone@school.test', 21);
  expect(statuses.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 401));
  expect(statuses[20]).toBe(429);
  await redis.start();
  while (!(await other.count('back', 1000))) await later(50);
  while (said.filter((sentence) => sentence === 'Redis is back.').length < 2) await later(50);
  expect((await guesses('together@school.test', 11)).at(-1)).toBe(429);
});
