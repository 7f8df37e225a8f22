import { expect, it, vi } from 'vitest';
import { createReporter, reportEveryMs } from '../../../../../src/renderer/features/player/reporter.ts';
import type { SessionSnapshot } from '../../../../../src/shared/models/progress.ts';
import { settle } from '../../fake-remote.ts';

function open(send: () => Promise<unknown> = () => Promise.resolve()) {
  let clock = 0;
  const state = { watchedMs: 0 };
  const sent = vi.fn<(snapshot: SessionSnapshot) => Promise<unknown>>(send);
  const failed = vi.fn<(error: unknown) => void>();
  const reporter = createReporter({
    snapshot: () => ({
      sessionId: 's',
      lessonId: 'l',
      timelineId: 't',
      epoch: 0,
      ranges: state.watchedMs === 0 ? [] : [[0, state.watchedMs]],
      watchedMs: state.watchedMs,
      positionMs: state.watchedMs,
    }),
    send: sent,
    monotonic: () => clock,
    failed,
  });
  const watch = (ms: number) => {
    state.watchedMs += ms;
    clock += ms;
  };
  return { reporter, sent, failed, watch };
}

it('reports while playing at most every five seconds', () => {
  const { reporter, sent, watch } = open();
  for (let tick = 0; tick < 48; tick++) {
    watch(250);
    reporter.tick();
  }
  expect(sent).toHaveBeenCalledTimes(Math.floor((48 * 250) / reportEveryMs));
});

it('reports at once when asked, and nothing twice', () => {
  const { reporter, sent, watch } = open();
  reporter.flush();
  expect(sent).not.toHaveBeenCalled();
  watch(100);
  reporter.flush();
  reporter.flush();
  expect(sent).toHaveBeenCalledOnce();
  expect(sent).toHaveBeenCalledWith(expect.objectContaining({ ranges: [[0, 100]], watchedMs: 100 }));
});

it('says again what could not be stored, and tells of a row of failures once', async () => {
  const { reporter, sent, failed, watch } = open(() => Promise.reject(new Error('disk')));
  watch(100);
  reporter.flush();
  await settle();
  reporter.flush();
  await settle();
  expect(sent).toHaveBeenCalledTimes(2);
  expect(failed).toHaveBeenCalledOnce();
});
