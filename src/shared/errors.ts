import { z } from 'zod';

/**
 * Every expected failure has one of these codes, on the wire, across IPC and in the logs.
 * `resources/locales` holds a sentence for each (`error.<code>`): what happened, what is safe, what to do.
 */
export const errorCodes = [
  // the line
  'offline',
  'unreachable',
  'captive_portal',
  'timeout',
  'tls_failed',
  'no_https',
  'not_encrypted',
  'clock_wrong',
  'rate_limited',
  'server_error',
  'unexpected_answer',
  // what the student allows
  'outside_hours',
  'allowance_used',
  'metered_line',
  // who you are
  'wrong_credentials',
  'signed_out',
  'session_expired',
  'not_enrolled',
  'forbidden',
  'locked',
  'wrong_pin',
  'password_needed',
  'sign_in_stopped',
  // what was asked
  'bad_request',
  'not_found',
  'conflict',
  'payload_too_large',
  'not_our_file',
  // content
  'manifest_invalid',
  'signing_key_changed',
  'piece_corrupt',
  'source_changed',
  'not_on_this_computer',
  'lease_missing',
  'lease_expired',
  'media_undecodable',
  // this computer
  'disk_full',
  'disk_denied',
  'disk_failed',
  'not_saved',
  'database_damaged',
  'data_folder_in_use',
  // the program
  'cancelled',
  'internal',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

export const errorCodeSchema = z.enum(errorCodes);

/** Figures a sentence may name: bytes, counts, seconds, titles. Never secrets, paths or URLs with tokens. */
export type ErrorDetails = Readonly<Record<string, string | number>>;

/** An error as it crosses IPC and HTTP. `message` is for logs and developers; students read the sentence of `code`. */
export const wireErrorSchema = z.object({
  code: errorCodeSchema,
  message: z.string(),
  retryable: z.boolean(),
  details: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
});

export type WireError = z.infer<typeof wireErrorSchema>;

const retryableCodes: ReadonlySet<ErrorCode> = new Set([
  'offline',
  'unreachable',
  'captive_portal',
  'timeout',
  'rate_limited',
  'server_error',
  'unexpected_answer',
  'piece_corrupt',
]);

interface TeachifyErrorOptions {
  readonly cause?: unknown;
  readonly details?: ErrorDetails | undefined;
  /** Overrides what the code says by default. */
  readonly retryable?: boolean | undefined;
  /** Seconds the other side asked us to wait. */
  readonly retryAfter?: number | undefined;
}

/** The one base class of expected failures. Anything else that is thrown is a bug and may crash visibly. */
export class TeachifyError extends Error {
  override readonly name: string = 'TeachifyError';
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly details: ErrorDetails | undefined;
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, message: string, options: TeachifyErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? retryableCodes.has(code);
    this.details = options.details;
    this.retryAfter = options.retryAfter;
  }

  toWire(): WireError {
    return {
      code: this.code,
      message: this.message,
      retryable: this.retryable,
      ...(this.details ? { details: { ...this.details } } : {}),
    };
  }

  static fromWire(error: WireError): TeachifyError {
    return new TeachifyError(error.code, error.message, { retryable: error.retryable, details: error.details });
  }
}

/** True for a TeachifyError, of that code when one is given. */
export function isTeachifyError(error: unknown, code?: ErrorCode): error is TeachifyError {
  return error instanceof TeachifyError && (code === undefined || error.code === code);
}

/** The compiler's proof that a union was handled whole. */
export function assertNever(value: never): never {
  throw new Error(`Unhandled case: ${JSON.stringify(value)}`);
}
