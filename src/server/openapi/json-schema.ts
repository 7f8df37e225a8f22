import { z } from 'zod';
import { snakeCase } from '../../shared/api/codec.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** A schema as JSON Schema (2020-12), its fields named as on the wire. @param io what a client sends, or what it is answered */
export function wireSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...written } = z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' });
  return renamed(written) as JsonSchema;
}

/** Only the names of fields are ours to rename: what a field may hold stays. */
function renamed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(renamed);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([keyword, content]) => [keyword, renamedUnder(keyword, content)]));
}

function renamedUnder(keyword: string, content: unknown): unknown {
  if (keyword === 'properties') return Object.fromEntries(Object.entries(content as object).map(([name, own]) => [snakeCase(name), renamed(own)]));
  if (keyword === 'required') return (content as string[]).map(snakeCase);
  return keyword === 'const' || keyword === 'enum' || keyword === 'default' ? content : renamed(content);
}
