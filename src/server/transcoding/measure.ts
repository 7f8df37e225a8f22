import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EncodedRendition } from '../../shared/models/encoded-lesson.ts';

type Measured = Pick<EncodedRendition, 'initBytes' | 'segments' | 'codecs'>;

interface Made extends Pick<EncodedRendition, 'id' | 'file'> {
  readonly codec: 'h264' | 'av1' | 'aac';
}

/** Where the segments lie, by ffmpeg's own playlist (`<id>.m3u8` beside the file), and which codec is inside, by the file. */
export async function measure(folder: string, { id, codec, file }: Made): Promise<Measured> {
  const playlist = await readFile(join(folder, `${id}.m3u8`), 'utf8');
  const initBytes = Number(/#EXT-X-MAP:.*BYTERANGE="(\d+)@0"/.exec(playlist)?.[1]);
  const segments = [...playlist.matchAll(/#EXTINF:([\d.]+),[^\n]*\n#EXT-X-BYTERANGE:(\d+)@(\d+)/g)].map(([, seconds, bytes, offset]) => ({
    offset: Number(offset),
    bytes: Number(bytes),
    durationUs: Math.round(Number(seconds) * 1e6),
  }));
  return { initBytes, segments, codecs: codec === 'aac' ? 'mp4a.40.2' : await pictureCodec(codec, join(folder, file), initBytes) };
}

async function pictureCodec(codec: 'h264' | 'av1', path: string, initBytes: number): Promise<string> {
  const file = await open(path, 'r');
  const { buffer } = await file.read(Buffer.alloc(initBytes), 0, initBytes, 0).finally(() => file.close());
  const name = codec === 'h264' ? 'avcC' : 'av1C';
  const box = buffer.indexOf(name);
  if (box < 0) throw new Error(`No ${name} box in ${path}`);
  return codec === 'h264' ? avcCodec(buffer.subarray(box + 4)) : av1Codec(buffer.subarray(box + 4));
}

/** `avc1.` and the profile, constraints and level of the avcC box (ISO/IEC 14496-15 5.3.3.1). */
function avcCodec(avcC: Buffer): string {
  return `avc1.${avcC.subarray(1, 4).toString('hex')}`;
}

/** `av01.`, profile, level and tier, bits (AV1 in ISOBMFF, sections 2.3 and 5). */
function av1Codec(av1C: Buffer): string {
  const [profileAndLevel = 0, flags = 0] = av1C.subarray(1, 3);
  const level = String(profileAndLevel & 0x1f).padStart(2, '0');
  const bits = flags & 0x40 ? (flags & 0x20 ? '12' : '10') : '08';
  return `av01.${profileAndLevel >> 5}.${level}${flags & 0x80 ? 'H' : 'M'}.${bits}`;
}
