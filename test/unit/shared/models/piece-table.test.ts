import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decodePieceTable, encodePieceTable, pieceTableEntryBytes } from '../../../../src/shared/models/piece-table.ts';
import { fc } from '../../../harness/same-cases.ts';

const sha = (text: string) => new Uint8Array(createHash('sha256').update(text).digest());

describe('piece tables', () => {
  it('read back as written, with offsets that follow from the lengths', () => {
    const lengths = fc.array(fc.record({ length: fc.integer({ min: 1, max: 2 ** 22 }), durationUs: fc.integer({ min: 0, max: 2 ** 31 }) }), {
      minLength: 1,
      maxLength: 50,
    });
    fc.assert(
      fc.property(lengths, (rows) => {
        const written = rows.map((row, index) => ({ ...row, sha256: sha(String(index)) }));
        const read = decodePieceTable(encodePieceTable(written));
        expect(read.map(({ length, durationUs, sha256 }) => ({ length, durationUs, sha256 }))).toEqual(written);
        expect(read.map(({ offset }) => offset)).toEqual(rows.map((_, index) => rows.slice(0, index).reduce((sum, { length }) => sum + length, 0)));
      }),
    );
  });

  it('cost at most 50 bytes a piece', () => {
    expect(pieceTableEntryBytes).toBeLessThanOrEqual(50);
  });

  it('are read from a view into a larger buffer', () => {
    const table = encodePieceTable([{ length: 9, durationUs: 1, sha256: sha('x') }]);
    const padded = new Uint8Array(table.length + 10);
    padded.set(table, 7);
    expect(decodePieceTable(padded.subarray(7, 7 + table.length))[0]?.length).toBe(9);
  });

  it.each([
    ['nothing', new Uint8Array()],
    ['a header alone', new Uint8Array([0x54, 0x50, 0x54, 0x31])],
    ['another magic', encodePieceTable([{ length: 1, durationUs: 0, sha256: sha('') }]).fill(0, 0, 1)],
    ['half a row', encodePieceTable([{ length: 1, durationUs: 0, sha256: sha('') }]).slice(0, 20)],
    ['an empty piece', encodePieceTable([{ length: 0, durationUs: 0, sha256: sha('') }])],
  ])('refuse %s', (_, bytes) => {
    expect(() => decodePieceTable(bytes)).toThrow(RangeError);
  });

  it('never throw anything but RangeError on foreign bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
        try {
          decodePieceTable(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
    );
  });
});
