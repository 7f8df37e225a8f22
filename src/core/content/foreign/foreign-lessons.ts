import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Lesson } from '../../../shared/api/catalog.ts';
import { endpointUrl } from '../../../shared/api/endpoints.ts';
import { TeachifyError } from '../../../shared/errors.ts';
import type { Manifest, Rendition, SideFile } from '../../../shared/models/manifest.ts';
import { qualitySchema } from '../../../shared/models/quality.ts';
import type { KeyWrapper } from '../../base/key-wrapper.ts';
import type { FileDescription, FileId, ForeignPart, LessonContent } from '../ports.ts';
import type { Fetcher } from './fetcher.ts';
import type { PlaylistPart } from './read-playlists.ts';

const partSchema = z.object({
  url: z.string(),
  offset: z.int().nonnegative(),
  length: z.int().positive(),
  total: z.int().positive(),
  etag: z.string().nullable(),
  isCounted: z.boolean().default(false),
  durationUs: z.int().nonnegative(),
  discontinuity: z.boolean(),
  /** The key wrapped as leases are, base64, null once it was wiped; where it lies, which older descriptions do not say; its initialisation vector in hex. */
  key: z.object({ url: z.string().nullable().default(null), wrapped: z.string().nullable(), iv: z.string() }).nullable(),
});
type StoredPart = z.infer<typeof partSchema>;

/** A lesson from elsewhere as its playlists described it, for the disk. */
export const foreignSchema = z.object({
  kind: z.literal('foreign-hls'),
  revision: z.int().positive(),
  renditions: z.array(
    z.object({
      kind: z.enum(['video', 'audio', 'captions']),
      codecs: z.string(),
      width: z.int().positive().nullable(),
      height: z.int().positive().nullable(),
      frameRate: z.number().positive().nullable(),
      language: z.string().nullable(),
      name: z.string().nullable(),
      parts: z.array(partSchema).min(1),
    }),
  ),
});
export type Foreign = z.infer<typeof foreignSchema>;
type ForeignRendition = Foreign['renditions'][number];

export function isForeign(lesson: Pick<Lesson, 'manifestUrl' | 'videoUrl'>): boolean {
  return lesson.manifestUrl === null && /\.m3u8(?:[?#]|$)/i.test(lesson.videoUrl);
}

interface Dependencies {
  readonly fetcher: Fetcher;
  readonly wrapper: KeyWrapper;
  readonly serverUrl: () => string;
}

/** Asks for all playlists, how long each part is, and the keys; media is not fetched. */
export async function askForeign({ fetcher, wrapper, serverUrl }: Dependencies, lesson: Lesson, signal: AbortSignal | undefined): Promise<Foreign> {
  // Its playlist library is no part of a start.
  const { readMedia, readMultivariant } = await import('./read-playlists.ts');
  const url = URL.canParse(lesson.videoUrl) ? lesson.videoUrl : endpointUrl(serverUrl(), lesson.videoUrl);
  const top = await fetcher.text(url, signal);
  const keys = new Map<string, Promise<string>>();
  const wrappedKey = (keyUrl: string) => {
    const known = keys.get(keyUrl) ?? fetcher.key(keyUrl, signal).then((bytes) => wrapBytes(wrapper, lesson.id, bytes));
    keys.set(keyUrl, known);
    return known;
  };
  const describe = async (part: PlaylistPart): Promise<StoredPart> => {
    const { total, etag, isCounted } = await fetcher.measure(part.url, signal);
    const { url: address, offset, length, durationUs, discontinuity, key } = part;
    const stretch = length ?? total - offset;
    if (stretch <= 0 || offset + stretch > total) throw new TeachifyError('manifest_invalid', 'The playlist names bytes that are not there');
    return {
      ...{ url: address, offset, length: stretch, total, etag, isCounted, durationUs, discontinuity },
      key: key && { url: key.url, wrapped: await wrappedKey(key.url), iv: Buffer.from(key.iv).toString('hex') },
    };
  };
  const renditions: ForeignRendition[] = [];
  for (const { kind, codecs, width, height, frameRate, language, name, url: address } of readMultivariant(top.text, top.url)) {
    const { text, url: from } = address === top.url || address === url ? top : await fetcher.text(address, signal);
    const parts = await fetcher.each(readMedia(text, from), describe);
    renditions.push({ kind, codecs, width, height, frameRate, language, name, parts });
  }
  return { kind: 'foreign-hls', revision: lesson.revision, renditions };
}

/** In the terms of our own lessons: a manifest without tables, files whose pieces lie elsewhere. */
export function describeForeign({ wrapper }: Pick<Dependencies, 'wrapper'>, lesson: Lesson, { revision, renditions }: Foreign): LessonContent {
  const files = new Map<FileId, FileDescription>();
  const foreign = new Map<FileId, ForeignPart[]>();
  const add = ({ parts }: ForeignRendition): { sha256: string; bytes: number; keyId: null } => {
    const file = fileOf(parts);
    files.set(file.id, file);
    foreign.set(file.id, parts.map(({ discontinuity, key }) => ({ discontinuity, key: key && { bytes: unwrapBytes(wrapper, lesson.id, key.wrapped), iv: Buffer.from(key.iv, 'hex') } })));
    return { sha256: file.id, bytes: file.bytes, keyId: null };
  };
  const media: Rendition[] = [];
  const sideFiles: SideFile[] = [];
  renditions.forEach((rendition, index) => {
    const { kind, codecs, width, height, frameRate, language, name } = rendition;
    const file = add(rendition);
    if (kind === 'captions') return sideFiles.push({ role: 'captions', name: `${index}.vtt`, mimeType: 'text/vtt', language: language ?? name, file });
    const quality = qualitySchema.safeParse(`${height}p`).data ?? 'original';
    const rates = ratesOf(rendition);
    return media.push({ id: `r${index}`, kind, codecs, quality: kind === 'video' ? quality : null, width, height, frameRate, language: language ?? name, ...rates, file, pieceTable: file });
  });
  const first = renditions.find(({ kind }) => kind === 'video') ?? renditions[0];
  const durationMs = Math.round((first?.parts ?? []).reduce((sum, { durationUs }) => sum + durationUs, 0) / 1000);
  const manifest: Manifest = {
    ...{ format: 'teachify-manifest/1', lessonId: lesson.id, revision, timelineId: lesson.timelineId, durationMs },
    ...{ renditions: media, sideFiles, chapters: [] },
  };
  return { lesson, timelineId: lesson.timelineId, durationMs, manifest, plain: null, foreign, files };
}

/** Named by where its parts lie and by what guards them: changed there, it is another file here. Queries are left out, where addresses carry what lets one in for a while. */
function fileOf(parts: readonly StoredPart[]): FileDescription {
  let offset = 0;
  const pieces = parts.map(({ length, durationUs }) => {
    const piece = { offset, length, durationUs, sha256: null };
    offset += length;
    return piece;
  });
  const places = parts.map((part) => ({ url: part.url, offset: part.offset, total: part.total, etag: part.etag, isCounted: part.isCounted }));
  const named = parts.map(({ url, offset: from, length, total, etag }) => [url.split('?', 1)[0], from, length, total, etag]);
  const id = createHash('sha256').update(JSON.stringify(named)).digest('hex');
  return { id, bytes: offset, pieces, origin: { kind: 'elsewhere', places } };
}

/** Bits per second, over all and of the largest segment (RFC 8216 4.3.4.2). */
function ratesOf({ parts }: ForeignRendition): { averageBandwidth: number; bandwidth: number } {
  const segments = parts.filter(({ durationUs }) => durationUs > 0);
  const rate = (bytes: number, us: number) => Math.max(1, Math.round((bytes * 8e6) / Math.max(1, us)));
  const average = rate(
    segments.reduce((sum, { length }) => sum + length, 0),
    segments.reduce((sum, { durationUs }) => sum + durationUs, 0),
  );
  return { averageBandwidth: average, bandwidth: Math.max(average, ...segments.map(({ length, durationUs }) => rate(length, durationUs))) };
}

const contextOf = (lessonId: string) => `foreign-key#${lessonId}`;

export function wrapBytes(wrapper: KeyWrapper, lessonId: string, bytes: Uint8Array): string {
  return Buffer.from(wrapper.wrap(Buffer.from(bytes).toString('hex'), contextOf(lessonId))).toString('base64');
}

/** Null for a key that was wiped, or that another key file wrapped. */
export function unwrapBytes(wrapper: KeyWrapper, lessonId: string, wrapped: string | null): Uint8Array | null {
  const key = wrapped === null ? null : wrapper.unwrap(Buffer.from(wrapped, 'base64'), contextOf(lessonId));
  return key === null ? null : Buffer.from(key, 'hex');
}
