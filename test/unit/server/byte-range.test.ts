import { describe, expect, it } from 'vitest';
import { parseByteRange } from '../../../src/server/byte-range.ts';
import { fc } from '../../harness/same-cases.ts';

describe('parseByteRange', () => {
  it.each([
    ['bytes=0-0', { start: 0, end: 0 }],
    ['bytes=0-99', { start: 0, end: 99 }],
    ['bytes=10-1000', { start: 10, end: 99 }],
    ['bytes=90-', { start: 90, end: 99 }],
    ['bytes=-1', { start: 99, end: 99 }],
    ['bytes=-1000', { start: 0, end: 99 }],
    [' bytes=0-1 ', { start: 0, end: 1 }],
    ['Bytes=0-1', { start: 0, end: 1 }],
    [`bytes=0-${'9'.repeat(400)}`, { start: 0, end: 99 }],
  ])('%s of 100 bytes is a part', (header, range) => {
    expect(parseByteRange(header, 100)).toEqual(range);
  });

  it.each(['bytes=100-', 'bytes=100-200', 'bytes=-0', `bytes=${'9'.repeat(400)}-`])('%s of 100 bytes lies beyond the end', (header) => {
    expect(parseByteRange(header, 100)).toBe('unsatisfiable');
  });

  it.each([undefined, '', 'bytes=', 'bytes=-', 'bytes=5-4', 'bytes=a-b', 'bytes=0-1,4-5', 'bytes=0 - 1', 'bytes=1.5-2', 'bytes=0x1-2', 'lines=0-1'])(
    '%s asks for nothing that is served in parts',
    (header) => {
      expect(parseByteRange(header, 100)).toBe('all');
    },
  );

  it('no part of an empty file can be had', () => {
    for (const header of ['bytes=0-', 'bytes=0-0', 'bytes=-1']) expect(parseByteRange(header, 0)).toBe('unsatisfiable');
  });

  it('a part lies within the file, whatever is asked', () => {
    fc.assert(
      fc.property(fc.nat(), fc.option(fc.nat()), fc.option(fc.nat()), (size, first, last) => {
        const range = parseByteRange(`bytes=${first ?? ''}-${last ?? ''}`, size);
        if (typeof range === 'string') return;
        expect(range.start).toBeGreaterThanOrEqual(0);
        expect(range.start).toBeLessThanOrEqual(range.end);
        expect(range.end).toBeLessThan(size);
      }),
    );
  });
});
