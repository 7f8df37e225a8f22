import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EncodedRendition } from '../../shared/models/encoded-lesson.ts';

type Measured = Pick<EncodedRendition, 'initBytes' | 'segments' | 'codecs'>;

/** Where the segments lie, by ffmpeg's own playlist (`<id>.m3u8` beside the file), and which codec is inside, by the file. */
export async function measure(folder: string, { id, kind, file }: Pick<EncodedRendition, 'id' | 'kind' | 'file'>): Promise<Measured> {
  const playlist = await readFile(join(folder, `${id}.m3u8`), 'utf8');
  const initBytes = Number(/#EXT-X-MAP:.*BYTERANGE="(\d+)@0"/.exec(playlist)?.[1]);
  const segments = [...playlist.matchAll(/#EXTINF:([\d.]+),[^\n]*\n#EXT-X-BYTERANGE:(\d+)@(\d+)/g)].map(([, seconds, bytes, offset]) => ({
    offset: Number(offset),
    bytes: Number(bytes),
    durationUs: Math.round(Number(seconds) * 1e6),
  }));
  return { initBytes, segments, codecs: kind === 'audio' ? 'mp4a.40.2' : await avcCodec(join(folder, file), initBytes) };
}

/** `avc1.` and the profile, constraints and level of the avcC box (ISO/IEC 14496-15 5.3.3.1). */
async function avcCodec(path: string, initBytes: number): Promise<string> {
  const file = await open(path, 'r');
  const { buffer } = await file.read(Buffer.alloc(initBytes), 0, initBytes, 0).finally(() => file.close());
  const box = buffer.indexOf('avcC');
  if (box < 0) throw new Error(`No avcC box in ${path}`);
  return `avc1.${buffer.subarray(box + 5, box + 8).toString('hex')}`;
}
