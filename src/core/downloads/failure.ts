import { isTeachifyError, type ErrorCode } from '../../shared/errors.ts';

/** What makes a download wait and go on by itself; everything else needs the student. */
const passing: ReadonlySet<ErrorCode> = new Set([
  'offline',
  'unreachable',
  'captive_portal',
  'timeout',
  'tls_failed',
  'clock_wrong',
  'rate_limited',
  'server_error',
  'unexpected_answer',
  'signed_out',
  'session_expired',
  'disk_full',
  'disk_denied',
  'disk_failed',
]);

export type Failure = { readonly kind: 'stopped' } | { readonly kind: 'waiting' | 'failed'; readonly reason: ErrorCode };

/** How a download ends that was not finished. */
export function failureOf(error: unknown): Failure {
  if (!isTeachifyError(error)) return { kind: 'failed', reason: 'internal' };
  if (error.code === 'cancelled') return { kind: 'stopped' };
  return { kind: passing.has(error.code) ? 'waiting' : 'failed', reason: error.code };
}
