import { isTeachifyError, type ErrorCode } from '../shared/errors.ts';

/** What the tool's exit status says; listed by `teachify help` and in docs/cli.md. */
export const exitCodes = {
  ok: 0,
  /** A bug, or something nobody foresaw. */
  internal: 1,
  /** The command line does not fit. */
  usage: 2,
  /** Nobody is signed in, or the server does not take it. */
  signIn: 3,
  /** The line or the server; the same command goes on later. */
  line: 4,
  /** Not yours, or not there. */
  refused: 5,
  /** This computer's disk or databases. */
  disk: 6,
  /** What came is not what the school signed. */
  content: 7,
  /** Teachify already works in this data folder. */
  inUse: 8,
  /** `doctor` or `verify` found something. */
  found: 9,
  /** Stopped by the user (128 + SIGINT). */
  cancelled: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const byError: Readonly<Partial<Record<ErrorCode, ExitCode>>> = {
  ...group(['offline', 'unreachable', 'captive_portal', 'timeout', 'tls_failed', 'clock_wrong', 'rate_limited', 'server_error', 'unexpected_answer'], exitCodes.line),
  ...group(['wrong_credentials', 'signed_out', 'session_expired'], exitCodes.signIn),
  ...group(['not_enrolled', 'forbidden', 'not_found', 'lease_missing', 'lease_expired', 'not_on_this_computer'], exitCodes.refused),
  ...group(['disk_full', 'disk_denied', 'disk_failed', 'not_saved', 'database_damaged'], exitCodes.disk),
  ...group(['manifest_invalid', 'signing_key_changed', 'piece_corrupt', 'source_changed', 'media_undecodable'], exitCodes.content),
  ...group(['bad_request', 'conflict', 'payload_too_large', 'not_our_file'], exitCodes.usage),
  data_folder_in_use: exitCodes.inUse,
  cancelled: exitCodes.cancelled,
};

/** The status for a failure, by its code. */
export function exitCodeOf(error: unknown): ExitCode {
  return isTeachifyError(error) ? exitCodeOfReason(error.code) : exitCodes.internal;
}

export function exitCodeOfReason(code: ErrorCode): ExitCode {
  return byError[code] ?? exitCodes.internal;
}

function group(codes: readonly ErrorCode[], exit: ExitCode): Partial<Record<ErrorCode, ExitCode>> {
  return Object.fromEntries(codes.map((code) => [code, exit]));
}
