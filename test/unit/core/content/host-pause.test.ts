import { expect, it } from 'vitest';
import { HostPause } from '../../../../src/core/content/host-pause.ts';
import { TeachifyError } from '../../../../src/shared/errors.ts';
import { manualClock } from '../../../harness/manual-clock.ts';

const { signal } = new AbortController();

it('holds everybody as long as the server asked for, and the longest of several', async () => {
  const clock = manualClock();
  const pause = new HostPause(clock);
  pause.heed(new TeachifyError('rate_limited', 'later', { retryAfter: 30 }));
  pause.heed(new TeachifyError('server_error', 'later', { retryAfter: 5 }));
  let passed = 0;
  for (let i = 0; i < 3; i++) void pause.over(60_000, signal).then(() => (passed += 1));
  await clock.advance(29_900);
  expect(passed).toBe(0);
  await clock.advance(200);
  expect(passed).toBe(3);
});

it('a refusal without a time pauses for a second; other failures not at all', async () => {
  const clock = manualClock();
  const pause = new HostPause(clock);
  pause.heed(new TeachifyError('unreachable', 'gone'));
  pause.heed(new Error('a bug'));
  await pause.over(60_000, signal);
  pause.heed(new TeachifyError('rate_limited', 'too many'));
  expect(await Promise.race([pause.over(60_000, signal).then(() => 'passed'), new Promise((resolve) => setImmediate(() => resolve('held')))])).toBe('held');
  await clock.advance(1_000);
});

it('who is stopped does not wait for the end of the pause', async () => {
  const pause = new HostPause(manualClock());
  pause.heed(new TeachifyError('rate_limited', 'later', { retryAfter: 3600 }));
  const stopping = new AbortController();
  const waiting = pause.over(Infinity, stopping.signal);
  stopping.abort(new Error('stopped'));
  await expect(waiting).rejects.toThrow('stopped');
});

it('a long pause is told instead of waited for', async () => {
  const clock = manualClock();
  const pause = new HostPause(clock);
  pause.heed(new TeachifyError('rate_limited', 'later', { retryAfter: 300 }));
  await expect(pause.over(10_000, signal)).rejects.toMatchObject({ code: 'rate_limited', retryable: false });
  await clock.advance(295_000);
  const waiting = pause.over(10_000, signal);
  await clock.advance(5_000);
  await waiting;
});
