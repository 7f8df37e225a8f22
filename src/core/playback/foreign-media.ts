import type { Rendition } from '../../shared/models/manifest.ts';
import type { Piece } from '../../shared/models/piece-table.ts';
import { decryptForeign } from '../base/decryption.ts';
import type { FileDescription, ForeignPart } from '../content/ports.ts';

/** Like `mediaPlaylist`, for a rendition from elsewhere: several initialisation sections or none, and breaks in its time line (RFC 8216 4.3.2.3, 4.3.2.5). */
export function foreignPlaylist({ id }: Rendition, pieces: readonly Piece[], parts: readonly ForeignPart[]): string {
  const longest = Math.max(...pieces.map(({ durationUs }) => durationUs));
  const lines = ['#EXTM3U', '#EXT-X-VERSION:7', `#EXT-X-TARGETDURATION:${Math.max(1, Math.round(longest / 1e6))}`, '#EXT-X-MEDIA-SEQUENCE:0', '#EXT-X-PLAYLIST-TYPE:VOD'];
  pieces.forEach(({ durationUs }, piece) => {
    if (durationUs === 0) return lines.push(...discontinuity(parts[piece + 1]), `#EXT-X-MAP:URI="${id}/${piece}.m4s"`);
    const isAfterMap = pieces[piece - 1]?.durationUs === 0;
    return lines.push(...(isAfterMap ? [] : discontinuity(parts[piece])), `#EXTINF:${(durationUs / 1e6).toFixed(6)},`, `${id}/${piece}.m4s`);
  });
  return `${[...lines, '#EXT-X-ENDLIST'].join('\n')}\n`;
}

function discontinuity(part: ForeignPart | undefined): string[] {
  return part?.discontinuity ? ['#EXT-X-DISCONTINUITY'] : [];
}

/** A piece as the player may have it. */
export function openForeign(part: ForeignPart | undefined, bytes: Uint8Array): Uint8Array {
  return part?.key ? decryptForeign(part.key, bytes) : bytes;
}

/** One WebVTT file of captions that come in segments. `read` gives a piece as it was fetched. */
export async function joinedCaptions(file: FileDescription, parts: readonly ForeignPart[], read: (piece: number) => Promise<Uint8Array>): Promise<Uint8Array> {
  const texts: string[] = [];
  for (const piece of file.pieces.keys()) texts.push(new TextDecoder().decode(openForeign(parts[piece], await read(piece))));
  return new TextEncoder().encode(joinVtt(texts));
}

/**
 * Segments repeat the header and the cues that reach over their edges. X-TIMESTAMP-MAP (RFC 8216 3.5) moves a segment's cues
 * by what it differs from the first one's.
 */
export function joinVtt(segments: readonly string[]): string {
  const first = timestampMapMs(segments[0] ?? '');
  const blocks = new Set<string>();
  for (const segment of segments) {
    const moved = timestampMapMs(segment) - first;
    for (const block of segment.split(/(?:\r?\n){2,}/)) if (block.includes('-->')) blocks.add(moved === 0 ? block.trim() : move(block.trim(), moved));
  }
  return `WEBVTT\n\n${[...blocks].join('\n\n')}\n`;
}

const time = /(?:(\d{2,}):)?(\d{2}):(\d{2})\.(\d{3})/g;

function timestampMapMs(segment: string): number {
  const line = /^X-TIMESTAMP-MAP=(.*)$/m.exec(segment)?.[1] ?? '';
  const ticks = Number(/MPEGTS:(\d+)/.exec(line)?.[1] ?? 0);
  const local = [...(/LOCAL:(\S+)/.exec(line)?.[1] ?? '').matchAll(time)].map(milliseconds)[0] ?? 0;
  return Math.round(ticks / 90) - local;
}

function milliseconds([, hours = '0', minutes = '0', seconds = '0', rest = '0']: RegExpExecArray): number {
  return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000 + Number(rest);
}

function move(cue: string, byMs: number): string {
  return cue.replace(/^.*-->.*$/m, (line) => line.replaceAll(time, (...match) => clock(Math.max(0, milliseconds(match as unknown as RegExpExecArray) + byMs))));
}

function clock(ms: number): string {
  const [hours, minutes, seconds] = [ms / 3_600_000, (ms / 60_000) % 60, (ms / 1000) % 60].map((value) => String(Math.floor(value)).padStart(2, '0'));
  return `${hours}:${minutes}:${seconds}.${String(ms % 1000).padStart(3, '0')}`;
}
