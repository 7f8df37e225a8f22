import type { z } from 'zod';

/**
 * JSON is snake_case on the wire and camelCase in the program. These two functions are the only place that knows.
 * They rename keys at every depth, so objects keyed by data (a map from lesson id to state) must not cross the wire:
 * send a list of rows instead.
 */
export function toWire(value: unknown): unknown {
  return renameKeys(value, remembering(snakeCase));
}

/** Parses a JSON value from the wire: keys to camelCase, then the schema. Throws ZodError when it does not fit. */
export function fromWire<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  return schema.parse(renameKeys(value, remembering(camelCase)));
}

/** The same for a long value, with a pause between its steps, each of some milliseconds. */
export async function fromWireGently<Schema extends z.ZodType>(schema: Schema, value: unknown, pause: () => Promise<unknown>): Promise<z.output<Schema>> {
  await pause();
  const renamed = renameKeys(value, remembering(camelCase));
  await pause();
  return schema.parse(renamed);
}

/** `lessonId` -> `lesson_id` */
export function snakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** `lesson_id` -> `lessonId` */
export function camelCase(key: string): string {
  return key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** A long answer is thousands of objects with the same few keys. Remembered for one value only: what a server names its keys is not ours to keep. */
function remembering(rename: (key: string) => string): (key: string) => string {
  const known = new Map<string, string>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const renamed = rename(key);
    known.set(key, renamed);
    return renamed;
  };
}

function renameKeys(value: unknown, rename: (key: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => renameKeys(item, rename));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [rename(key), renameKeys(item, rename)]));
}
