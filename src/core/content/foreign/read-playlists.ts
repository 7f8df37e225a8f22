import * as hls from 'hls-parser';
import type { types } from 'hls-parser';
import { TeachifyError } from '../../../shared/errors.ts';

/** A stretch of bytes at an address; `length` null for all that is there. */
export interface Resource {
  readonly url: string;
  readonly offset: number;
  readonly length: number | null;
}

/** An initialisation section (no duration) or a segment, in the order they are to be played. */
export interface PlaylistPart extends Resource {
  readonly durationUs: number;
  readonly discontinuity: boolean;
  /** RFC 8216 4.3.2.4. */
  readonly key: { readonly url: string; readonly iv: Uint8Array } | null;
}

/** A rendition as a multivariant playlist names it. */
export interface PlaylistRendition {
  readonly kind: 'video' | 'audio' | 'captions';
  readonly url: string;
  readonly codecs: string;
  readonly width: number | null;
  readonly height: number | null;
  readonly frameRate: number | null;
  readonly language: string | null;
  readonly name: string | null;
  readonly bandwidth: number | null;
  readonly averageBandwidth: number | null;
}

/** The renditions worth offering: one per height, and the sound and captions that belong to the best of them. A media playlist is its own only rendition. */
export function readMultivariant(text: string, url: string): PlaylistRendition[] {
  const playlist = parsed(text);
  if (!playlist.isMasterPlaylist) return [{ ...unknown, kind: 'video', url }];
  const variants = playlist.variants.filter(({ isIFrameOnly }) => !isIFrameOnly).toSorted((a, b) => b.bandwidth - a.bandwidth);
  const best = variants[0];
  if (!best) throw invalid('The playlist has nothing to play');
  const heights = new Set<number | null>();
  const videos = variants.filter(({ resolution }) => {
    const height = resolution?.height ?? null;
    // Without a size two variants cannot be told apart for a student.
    if (heights.has(height)) return false;
    heights.add(height);
    return true;
  });
  return [
    ...videos.map((variant): PlaylistRendition => ({
      ...{ kind: 'video', url: resolve(variant.uri, url), codecs: variant.codecs ?? '', language: null, name: null },
      ...{ width: variant.resolution?.width ?? null, height: variant.resolution?.height ?? null, frameRate: variant.frameRate ?? null },
      ...{ bandwidth: variant.bandwidth, averageBandwidth: variant.averageBandwidth ?? null },
    })),
    ...beside(best.audio, 'audio', url),
    ...beside(best.subtitles, 'captions', url),
  ];
}

const unknown = { codecs: '', width: null, height: null, frameRate: null, language: null, name: null, bandwidth: null, averageBandwidth: null };

function beside(renditions: readonly types.Rendition[], kind: 'audio' | 'captions', base: string): PlaylistRendition[] {
  return renditions.flatMap(({ uri, language, name }) => (uri ? [{ ...unknown, kind, url: resolve(uri, base), language: language ?? null, name }] : []));
}

/** No segment lasts a day. */
const longestSeconds = 86_400;

/** The parts of a media playlist. Throws media_undecodable for what cannot be taken home: a live stream, DRM, gaps. */
export function readMedia(text: string, url: string): PlaylistPart[] {
  const playlist = parsed(text);
  if (playlist.isMasterPlaylist) throw invalid('A playlist of playlists stands where one of segments was announced');
  if (!playlist.endlist) throw new TeachifyError('media_undecodable', 'This is a live stream, which has no end to take home');
  if (playlist.segments.length === 0) throw invalid('The playlist has no segments');
  const parts: PlaylistPart[] = [];
  let map: string | null = null;
  for (const segment of playlist.segments) {
    if (segment.gap) throw new TeachifyError('media_undecodable', 'Parts of this video are missing where it comes from');
    // A playlist that forgot to say is parsed all the same, and an offset of nothing would damage every time after it.
    if (!(segment.duration >= 0 && segment.duration < longestSeconds)) throw invalid('A segment does not say how long it is');
    const key = keyOf(segment, url);
    const own = initOf(segment, url);
    if (own && identify(own) !== map) {
      map = identify(own);
      parts.push({ ...own, durationUs: 0, discontinuity: false, key });
    }
    const resource = { url: resolve(segment.uri, url), ...stretch(segment.byterange) };
    parts.push({ ...resource, durationUs: Math.max(1, Math.round(segment.duration * 1e6)), discontinuity: segment.discontinuity ?? false, key });
  }
  return parts;
}

function initOf({ map }: types.Segment, base: string): Resource | null {
  // Typed as always there; a playlist of MPEG-2 TS has none.
  const section = map as typeof map | undefined;
  return section?.uri ? { url: resolve(section.uri, base), ...stretch(section.byterange) } : null;
}

function identify({ url, offset, length }: Resource): string {
  return `${url} ${offset} ${length}`;
}

function stretch(range: { offset: number; length: number } | undefined): { offset: number; length: number | null } {
  if (!range) return { offset: 0, length: null };
  if (!Number.isSafeInteger(range.offset) || !Number.isSafeInteger(range.length)) throw invalid('A range of bytes is none');
  return { offset: range.offset, length: range.length };
}

function keyOf({ key, mediaSequenceNumber }: types.Segment, base: string): PlaylistPart['key'] {
  if (!key || key.method === 'NONE') return null;
  const isPlain = key.method === 'AES-128' && (key.format ?? 'identity') === 'identity';
  if (!isPlain || !key.uri) throw new TeachifyError('media_undecodable', 'This video is locked by a system that only its own player opens');
  return { url: resolve(key.uri, base), iv: key.iv ? new Uint8Array(key.iv) : sequenceIv(mediaSequenceNumber) };
}

function sequenceIv(sequence: number): Uint8Array {
  const iv = new Uint8Array(16);
  new DataView(iv.buffer).setBigUint64(8, BigInt(sequence));
  return iv;
}

/** Only http and https: a playlist names no file of this computer. */
function resolve(uri: string, base: string): string {
  const found = URL.parse(uri, base);
  if (found?.protocol !== 'https:' && found?.protocol !== 'http:') throw invalid('The playlist names an address that is none');
  return found.href;
}

function parsed(text: string): types.MasterPlaylist | types.MediaPlaylist {
  // It would write to the console otherwise.
  hls.setOptions({ silent: true });
  try {
    return hls.parse(text.replace(/^\uFEFF/, '')) as types.MasterPlaylist | types.MediaPlaylist;
  } catch (error) {
    throw new TeachifyError('manifest_invalid', 'The playlist cannot be read', { cause: error });
  }
}

function invalid(message: string): TeachifyError {
  return new TeachifyError('manifest_invalid', message);
}
