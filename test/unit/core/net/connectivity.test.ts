import { describe, expect, it } from 'vitest';
import { createConnectivity } from '../../../../src/core/net/connectivity.ts';
import type { ApiClient } from '../../../../src/core/net/ports.ts';
import type { ConnectionState } from '../../../../src/shared/contracts/connection.ts';
import { TeachifyError, type ErrorCode } from '../../../../src/shared/errors.ts';
import { manualClock } from '../../../harness/manual-clock.ts';

/** A server that answers or fails as told. */
function setUp(first: ErrorCode | null = null) {
  let failure: ErrorCode | null = first;
  let asked = 0;
  const api = {
    request: async () => {
      asked += 1;
      if (failure) throw new TeachifyError(failure, 'told to');
      return {};
    },
  } as ApiClient;
  const clock = manualClock();
  const connectivity = createConnectivity({ api, clock });
  const states: ConnectionState[] = [];
  connectivity.changed((state) => states.push(state));
  return { connectivity, clock, states, asked: () => asked, become: (code: ErrorCode | null) => void (failure = code) };
}

describe('connectivity', () => {
  it('knows nothing before it asked', async () => {
    const { connectivity, states } = setUp();
    expect(connectivity.state().status).toBe('checking');
    await connectivity.probe();
    expect(connectivity.state()).toMatchObject({ status: 'online', reason: null });
    expect(states).toHaveLength(1);
  });

  it('asks again with growing pauses while offline and says when it is back', async () => {
    const { connectivity, clock, states, asked, become } = setUp('unreachable');
    await connectivity.probe();
    expect(connectivity.state()).toMatchObject({ status: 'offline', reason: 'unreachable' });
    expect(clock.sleepers()).toEqual([2_000]);
    await clock.advance(2_000);
    expect(clock.sleepers()).toEqual([3_000]);
    await clock.advance(120_000);
    expect(clock.sleepers()[0]).toBeLessThanOrEqual(30_000);
    const before = asked();
    become(null);
    await clock.advance(30_000);
    expect(connectivity.state().status).toBe('online');
    expect(asked()).toBe(before + 1);
    await clock.advance(120_000);
    expect(asked()).toBe(before + 1);
    expect(states.map(({ status }) => status)).toEqual(['offline', 'online']);
  });

  it('probes once when a request fails on the line, not for a refusal, and starts with short pauses again', async () => {
    const { connectivity, clock, asked, become } = setUp();
    await connectivity.probe();
    connectivity.reportFailure(new TeachifyError('not_enrolled', 'no'));
    connectivity.reportFailure(new Error('a bug'));
    expect(asked()).toBe(1);
    become('captive_portal');
    for (let i = 0; i < 5; i++) connectivity.reportFailure(new TeachifyError('timeout', 'slow'));
    await clock.advance(0);
    expect(asked()).toBe(2);
    expect(connectivity.state()).toMatchObject({ status: 'offline', reason: 'captive_portal' });
    connectivity.reportSuccess();
    expect(connectivity.state().status).toBe('online');
    become('unreachable');
    connectivity.reportFailure(new TeachifyError('unreachable', 'gone'));
    await clock.advance(0);
    expect(Math.min(...clock.sleepers())).toBe(2_000);
  });

  it('keeps since while only the reason changes', async () => {
    const { connectivity, clock, become } = setUp('unreachable');
    await connectivity.probe();
    const { since } = connectivity.state();
    become('captive_portal');
    await clock.advance(10_000);
    expect(connectivity.state()).toEqual({ status: 'offline', reason: 'captive_portal', since });
  });

  it('asks nothing after it was closed', async () => {
    const { connectivity, clock, asked } = setUp('unreachable');
    await connectivity.probe();
    connectivity.close();
    await clock.advance(120_000);
    expect(asked()).toBe(1);
  });
});
