import { serverInfoSchema, type ServerInfo } from '../../shared/api/auth.ts';
import { endpoints } from '../../shared/api/endpoints.ts';
import type { ConnectionState } from '../../shared/contracts/connection.ts';
import { isTeachifyError, type ErrorCode } from '../../shared/errors.ts';
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import type { ApiClient, Connectivity } from './ports.ts';

const firstPauseMs = 2_000;
/** What was watched shall reach a school within half a minute of its coming back. */
const longestPauseMs = 15_000;
const probeTimeoutMs = 10_000;

/** Failures that say something about the line; a refusal is an answer, so the line works. */
const lineCodes: ReadonlySet<ErrorCode> = new Set(['offline', 'unreachable', 'timeout', 'captive_portal', 'tls_failed', 'clock_wrong', 'unexpected_answer', 'server_error']);

interface Dependencies {
  /** Must not report back to this connectivity, or a probe would start another. */
  readonly api: ApiClient;
  readonly clock: Clock;
  /** What the server says of itself, each time it was asked. */
  readonly heard?: (info: ServerInfo) => void;
}

/** Decides whether the course server can be reached, asks again while it cannot, and says so when that changes. */
export function createConnectivity({ api, clock, heard }: Dependencies): Connectivity & { close(): void } {
  const changed = new Emitter<ConnectionState>();
  const closing = new AbortController();
  let state: ConnectionState = { status: 'checking', reason: null, since: clock.now() };
  let probing: Promise<ConnectionState> | null = null;
  let waiting = false;

  const become = (status: ConnectionState['status'], reason: ErrorCode | null) => {
    if (state.status === status && state.reason === reason) return;
    state = { status, reason, since: state.status === status ? state.since : clock.now() };
    changed.emit(state);
    if (status === 'offline') void keepAsking();
  };

  const ask = async (): Promise<ConnectionState> => {
    try {
      const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(probeTimeoutMs)]);
      const info = await api.request({ path: endpoints.server(), output: serverInfoSchema, signal });
      heard?.(info);
      become('online', null);
    } catch (error) {
      if (!closing.signal.aborted) become('offline', lineCode(error));
    }
    return state;
  };

  const probe = () => (probing ??= ask().finally(() => (probing = null)));

  const keepAsking = async () => {
    if (waiting) return;
    waiting = true;
    for (let pause = firstPauseMs; state.status === 'offline'; pause = Math.min(pause * 1.5, longestPauseMs)) {
      const slept = await clock.sleep(pause, closing.signal).then(() => true, () => false);
      if (!slept) return;
      if (state.status === 'offline') await probe();
    }
    waiting = false;
  };

  return {
    state: () => state,
    changed: changed.event,
    probe,
    reportSuccess: () => become('online', null),
    reportFailure: (error) => {
      if (isTeachifyError(error) && lineCodes.has(error.code) && state.status !== 'offline') void probe();
    },
    close: () => closing.abort(),
  };
}

function lineCode(error: unknown): ErrorCode {
  if (!isTeachifyError(error)) return 'unreachable';
  if (error.code === 'cancelled') return 'timeout';
  return lineCodes.has(error.code) ? error.code : 'unexpected_answer';
}
