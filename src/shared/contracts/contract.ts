import { z } from 'zod';
import type { WireError } from '../errors.ts';

/** A call from the renderer to main: what it takes, checked in main; what it gives, known to both by type. */
export interface Call<Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType> {
  readonly input: Input;
  readonly output: Output;
}

/** Events announce, calls control: `calls` go renderer -> main, `events` main -> renderer. */
export interface Contract {
  readonly calls: Readonly<Record<string, Call>>;
  readonly events: Readonly<Record<string, z.ZodType>>;
}

export function call<Input extends z.ZodType, Output extends z.ZodType>(input: Input, output: Output): Call<Input, Output> {
  return { input, output };
}

export const nothing = z.void();

/** How a call ends across IPC: expected failures are values. */
export type Outcome<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly error: WireError };
