import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { camelCase, fromWire, fromWireGently, snakeCase, toWire } from '../../../../src/shared/api/codec.ts';
import { lessonSchema } from '../../../../src/shared/api/catalog.ts';
import { progressBatchSchema } from '../../../../src/shared/api/progress.ts';
import { fc } from '../../../harness/same-cases.ts';

describe('the wire codec', () => {
  it('writes snake_case at every depth', () => {
    expect(toWire({ lessonId: 'a', sessions: [{ watchedMs: 3 }], nested: { deepKey: null } })).toEqual({
      lesson_id: 'a',
      sessions: [{ watched_ms: 3 }],
      nested: { deep_key: null },
    });
  });

  it('reads what it wrote, for every key a schema uses', () => {
    for (const key of [...Object.keys(lessonSchema.shape), ...Object.keys(progressBatchSchema.shape), 'sha256', 'mimeType']) {
      expect(camelCase(snakeCase(key))).toBe(key);
    }
  });

  it('round-trips any camelCase object', () => {
    const key = fc.stringMatching(/^[a-z]{1,8}([A-Z][a-z]{1,5}){0,3}$/);
    fc.assert(
      fc.property(fc.dictionary(key, fc.oneof(fc.integer(), fc.string(), fc.constant(null)), { noNullPrototype: true }), (object) => {
        expect(fromWire(z.record(z.string(), z.unknown()), toWire(object))).toEqual(object);
      }),
    );
  });

  it('reads a long value in several steps as it reads one at once', async () => {
    const rows = z.array(z.object({ lessonId: z.string(), nested: z.object({ watchedMs: z.int() }) }));
    const wire = Array.from({ length: 50 }, (_, index) => ({ lesson_id: `l${index}`, nested: { watched_ms: index } }));
    let pauses = 0;
    const pause = async () => void (pauses += 1);
    expect(await fromWireGently(rows, wire, pause)).toEqual(fromWire(rows, wire));
    expect(pauses).toBe(2);
    await expect(fromWireGently(rows, [{ lesson_id: 7 }], pause)).rejects.toThrow(z.ZodError);
  });

  it('refuses what does not fit the schema', () => {
    expect(() => fromWire(z.object({ lessonId: z.string() }), { lesson_id: 7 })).toThrow(z.ZodError);
  });

  it('leaves bytes of text alone', () => {
    expect(toWire(['snake_case stays', 'camelCase too'])).toEqual(['snake_case stays', 'camelCase too']);
  });
});
