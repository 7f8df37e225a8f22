import { toWire } from '../shared/api/codec.ts';
import { isTeachifyError, type ErrorCode } from '../shared/errors.ts';
import { sentenceOf } from './sentences.ts';

/** Where a command says what it found: for people, or one JSON object a line for programs. */
export interface Output {
  /** A result. `fields` is what programs read, `words` what people read; no words, nothing said to people. */
  tell(event: string, fields: Readonly<Record<string, unknown>>, words?: string): void;
  /** What is going on: people see it on standard error. */
  progress(fields: Readonly<Record<string, unknown>>, words: string): void;
  /** A failure, with its sentence. */
  fail(error: unknown): void;
}

interface Streams {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

/** One JSON object a line on standard output, progress and failures included; keys in snake_case. */
export function jsonOutput({ stdout }: Streams): Output {
  const line = (event: string, fields: object) => stdout(`${JSON.stringify(toWire({ event, ...fields }))}\n`);
  return {
    tell: (event, fields) => line(event, fields),
    progress: (fields) => line('progress', fields),
    fail: (error) => line('error', failure(error)),
  };
}

export function humanOutput({ stdout, stderr }: Streams): Output {
  let said = '';
  return {
    tell: (_, __, words) => words !== undefined && stdout(`${words}\n`),
    progress: (_, words) => {
      if (words === said) return;
      said = words;
      stderr(`${words}\n`);
    },
    fail: (error) => stderr(`${failure(error).sentence}\n`),
  };
}

function failure(error: unknown): { code: ErrorCode; sentence: string; message: string } {
  const code = isTeachifyError(error) ? error.code : 'internal';
  return { code, sentence: sentenceOf(code), message: error instanceof Error ? error.message : String(error) };
}
