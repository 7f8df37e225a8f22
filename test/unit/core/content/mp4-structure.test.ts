import { expect, it } from 'vitest';
import { isWholeMp4 } from '../../../../src/core/content/mp4-structure.ts';
import { fc } from '../../../harness/same-cases.ts';

function box(type: string, bytes = 20): Buffer {
  const made = Buffer.alloc(8 + bytes, 7);
  made.writeUInt32BE(made.length, 0);
  made.write(type, 4, 'latin1');
  return made;
}
/** A size of 64 bits, as films over 4 GiB have it. */
function longBox(type: string, bytes: number): Buffer {
  const made = Buffer.alloc(16 + bytes, 7);
  made.writeUInt32BE(1, 0);
  made.write(type, 4, 'latin1');
  made.writeBigUInt64BE(BigInt(made.length), 8);
  return made;
}
const check = (file: Buffer) => isWholeMp4(file.length, async (offset, bytes) => file.subarray(offset, offset + bytes));

it('takes a film whole, wherever its index stands and however its sizes are told', async () => {
  expect(await check(Buffer.concat([box('ftyp'), box('moov', 300), box('mdat', 5_000)]))).toBe(true);
  expect(await check(Buffer.concat([box('ftyp'), box('free'), longBox('mdat', 5_000), box('moov', 300)]))).toBe(true);
  expect(await check(Buffer.concat([box('ftyp'), box('moov'), box('moof'), box('mdat'), box('moof'), box('mdat')]))).toBe(true);
  const open = box('mdat', 5_000);
  open.writeUInt32BE(0, 0);
  expect(await check(Buffer.concat([box('ftyp'), box('moov'), open]))).toBe(true);
});

it('refuses one that ends within a box, lacks its index or its pictures, or is something else', async () => {
  const film = Buffer.concat([box('ftyp'), box('moov', 300), box('mdat', 5_000)]);
  for (const length of [1, 7, 20, 100, film.length - 1]) expect(await check(film.subarray(0, length))).toBe(false);
  expect(await check(Buffer.concat([film, Buffer.from('junk')]))).toBe(false);
  expect(await check(Buffer.concat([box('ftyp'), box('mdat', 5_000)]))).toBe(false);
  expect(await check(Buffer.concat([box('ftyp'), box('moov', 300)]))).toBe(false);
  expect(await check(Buffer.from('<!doctype html><html>log in</html>'))).toBe(false);
});

it('comes to an end with any bytes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
      expect(typeof (await check(Buffer.from(bytes)))).toBe('boolean');
    }),
    { seed: 7, numRuns: 500 },
  );
});
