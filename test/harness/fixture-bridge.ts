import { calls, type CallName, type CallOutput } from '../../src/shared/contracts/bridge.ts';
import type { ErrorCode, ErrorDetails } from '../../src/shared/errors.ts';

/** What the shell answers to a call: a value, an expected failure, or nothing at all ("still asking"). */
export type Answer = { ok: true; value: unknown } | { ok: false; error: { code: ErrorCode; message: string; retryable: boolean; details?: ErrorDetails } } | 'never';
export type Answers = Readonly<Partial<Record<CallName, Answer>>>;

/** An answer that fits the contract; throws in the test when it does not. */
export function value<Name extends CallName>(name: Name, output: CallOutput<Name>): { readonly [Key in Name]: Answer } {
  return { [name]: { ok: true, value: calls[name].output.parse(output) } } as { [Key in Name]: Answer };
}

/** An expected failure. */
export function failure<Name extends CallName>(name: Name, code: ErrorCode, retryable = true, details: ErrorDetails = {}): { readonly [Key in Name]: Answer } {
  return { [name]: { ok: false, error: { code, message: `fixture: ${code}`, retryable, details } } } as { [Key in Name]: Answer };
}

/** Never answered: what is shown while one waits. */
export function pending<Name extends CallName>(name: Name): { readonly [Key in Name]: Answer } {
  return { [name]: 'never' } as { [Key in Name]: Answer };
}
