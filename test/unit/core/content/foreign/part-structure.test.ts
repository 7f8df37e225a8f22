import { describe, expect, it } from 'vitest';
import { isWholePart } from '../../../../../src/core/content/foreign/part-structure.ts';
import { fc } from '../../../../harness/same-cases.ts';

const ts = Buffer.alloc(188 * 5);
for (let at = 0; at < ts.length; at += 188) ts[at] = 0x47;

function box(type: string, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  bytes.writeUInt32BE(size, 0);
  bytes.write(type, 4, 'latin1');
  return bytes;
}
const mp4 = Buffer.concat([box('styp', 24), box('moof', 100), box('mdat', 5_000)]);

/** An ADTS frame of so many bytes, its head included. */
function frame(bytes: number): Buffer {
  const head = Buffer.alloc(bytes);
  head.set([0xff, 0xf1, 0x50, 0x80 | (bytes >> 11), (bytes >> 3) & 0xff, (bytes & 7) << 5, 0xfc]);
  return head;
}
const id3 = Buffer.from([0x49, 0x44, 0x33, 4, 0, 0, 0, 0, 0, 20, ...Buffer.alloc(20)]);
const audio = Buffer.concat([id3, frame(300), frame(417), frame(9)]);

describe.each([
  ['MPEG-2 TS', ts],
  ['fragmented MP4', mp4],
  ['packed audio', audio],
])('%s', (_, whole) => {
  it('is whole to its last byte, and not a byte less or more', () => {
    expect(isWholePart(whole)).toBe(true);
    expect(isWholePart(whole.subarray(0, -1))).toBe(false);
    expect(isWholePart(Buffer.concat([whole, Buffer.from([1])]))).toBe(false);
  });
});

it('comes to an end with any bytes, and believes none that it does not know', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => void isWholePart(bytes)));
  expect(isWholePart(Buffer.from('<!doctype html><html></html>'))).toBe(false);
  expect(isWholePart(new Uint8Array())).toBe(false);
});
