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

export type Failure =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly reason: ErrorCode }
  /** `retryAfter` in seconds, where the server named them; `neededBytes` where it is this lesson that the disk has no room for. */
  | { readonly kind: 'waiting'; readonly reason: ErrorCode; readonly retryAfter: number | undefined; readonly neededBytes: number | null };

/** How a download ends that was not finished. */
export function failureOf(error: unknown): Failure {
  if (!isTeachifyError(error)) return { kind: 'failed', reason: 'internal' };
  if (error.code === 'cancelled') return { kind: 'stopped' };
  if (!passing.has(error.code)) return { kind: 'failed', reason: error.code };
  const neededBytes = error.details?.['neededBytes'];
  return { kind: 'waiting', reason: error.code, retryAfter: error.retryAfter, neededBytes: typeof neededBytes === 'number' ? neededBytes : null };
}
