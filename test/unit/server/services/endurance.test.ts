import { expect, it } from 'vitest';
import { createEndurance, patienceMs } from '../../../../src/server/services/endurance.ts';
import { refusedForGood } from '../../../../src/server/storage/refusal.ts';
import type { WaitingFor } from '../../../../src/shared/api/jobs.ts';
import { TeachifyError } from '../../../../src/shared/errors.ts';

const storageAway = () => new TeachifyError('server_error', 'The media storage does not answer', { cause: new Error('connect ECONNREFUSED') });
const coded = (code: string) => Object.assign(new Error(code), { code });

/** Time passes by waiting alone. */
function patient(signal?: AbortSignal) {
  let time = 0;
  const [pauses, told]: [number[], (WaitingFor | null)[]] = [[], []];
  const wait = async (ms: number) => {
    pauses.push(ms);
    time += ms;
  };
  return { pauses, told, endure: createEndurance({ wait, now: () => time, signal, onWaiting: (what) => told.push(what) }) };
}

/** Fails so many times, and then gives "there". */
const after = (times: number, error: Error) => async () => {
  if ((times -= 1) >= 0) throw error;
  return 'there';
};

it.each([
  [storageAway(), 'storage'],
  [coded('SQLITE_BUSY'), 'database'],
  [coded('SQLITE_BUSY_SNAPSHOT'), 'database'],
  [coded('ECONNREFUSED'), 'database'],
  [coded('57P01'), 'database'],
  // What was the primary until a moment ago takes no writing any more.
  [coded('25006'), 'database'],
  [new Error('Connection terminated unexpectedly'), 'database'],
])('an outage is waited for at growing intervals, and told: %s', async (error, what) => {
  const { endure, pauses, told } = patient();
  expect(await endure(after(4, error))).toBe('there');
  expect(pauses).toEqual([500, 1000, 2000, 4000]);
  expect(told).toEqual([what, what, what, what, null]);
});

it.each([refusedForGood('NoSuchBucket, 404'), new TeachifyError('disk_full', 'full'), new TeachifyError('bad_request', 'no film'), coded('SQLITE_CORRUPT'), coded('23505'), new TypeError('a bug')])(
  'what will not pass is thrown at once, as it is: %s',
  async (error) => {
    const { endure, pauses, told } = patient();
    await expect(endure(after(1, error))).rejects.toBe(error);
    expect([pauses, told]).toEqual([[], []]);
  },
);

it('an hour is enough, and the end of it says what was away', async () => {
  const { endure, pauses } = patient();
  await expect(endure(after(Infinity, storageAway()))).rejects.toThrow('The media storage has not answered for an hour');
  expect(Math.max(...pauses)).toBe(30_000);
  const waited = pauses.reduce((sum, ms) => sum + ms, 0);
  expect(waited).toBeGreaterThanOrEqual(patienceMs);
  expect(waited).toBeLessThan(patienceMs + 60_000);
});

it('who is told to stop waits no longer', async () => {
  const stop = new AbortController();
  const { endure } = patient(stop.signal);
  const tried = endure(async () => {
    stop.abort();
    throw storageAway();
  });
  await expect(tried).rejects.toThrow('does not answer');
});
