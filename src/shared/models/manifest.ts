import { z } from 'zod';
import { compareQualities, qualityHeight, qualitySchema, sparing, type Quality } from './quality.ts';

export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hex');

/** A published file: immutable, named by the SHA-256 of its bytes as they lie on the server (ciphertext where encrypted). */
const publishedFileSchema = z.object({
  sha256: sha256Schema,
  bytes: z.int().positive(),
  /** Names the file's key, derived from the lesson's content key; null for a file in clear. */
  keyId: z.string().min(1).max(64).nullable(),
});
export type PublishedFile = z.infer<typeof publishedFileSchema>;

/** One rendition: a single CMAF file. Piece 0 is its initialisation segment (always in clear), piece n its n-th segment. */
export const renditionSchema = z.object({
  id: z.string().min(1).max(40),
  kind: z.enum(['video', 'audio']),
  /** RFC 6381, as in EXT-X-STREAM-INF. */
  codecs: z.string().min(1).max(100),
  /** Of sound it is null, but for that of few bits, which is `saver`. */
  quality: qualitySchema.nullable(),
  width: z.int().positive().nullable(),
  height: z.int().positive().nullable(),
  frameRate: z.number().positive().nullable(),
  language: z.string().max(35).nullable(),
  /** Bits per second over all segments, and of the heaviest stretch (RFC 8216 4.3.4.2 and 4.1). */
  averageBandwidth: z.int().positive(),
  bandwidth: z.int().positive(),
  file: publishedFileSchema,
  /** The piece table, itself a published file in clear; see piece-table.ts. */
  pieceTable: publishedFileSchema,
});
export type Rendition = z.infer<typeof renditionSchema>;

/** What belongs to a lesson besides picture and sound. A key means the file is encrypted whole (AES-128-CBC, IV 0, PKCS #7). */
export const sideFileSchema = z.object({
  role: z.enum(['captions', 'thumbnails', 'poster', 'attachment']),
  name: z.string().min(1).max(200),
  mimeType: z.string().min(1).max(100),
  language: z.string().max(35).nullable(),
  file: publishedFileSchema,
});
export type SideFile = z.infer<typeof sideFileSchema>;

export const manifestSchema = z.object({
  format: z.literal('teachify-manifest/1'),
  lessonId: z.string().min(1).max(64),
  revision: z.int().positive(),
  timelineId: z.string().min(1).max(64),
  durationMs: z.int().positive(),
  renditions: z.array(renditionSchema).min(1).max(40),
  sideFiles: z.array(sideFileSchema).max(200),
  chapters: z.array(z.object({ startMs: z.int().nonnegative(), title: z.string().max(200) })).max(500),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** What is watched together at one quality: a picture, or none where a lesson is sound alone, and the sound that goes with it. */
export interface Variant {
  readonly quality: Quality;
  readonly picture: Rendition | null;
  /** One, or one for each language; none where a lesson is mute. */
  readonly sounds: readonly Rendition[];
}

/**
 * Every way to watch a lesson, best first. The sparing way has the sound of few bits and a picture made for it, or the smallest
 * there is; it is there when either is.
 */
export function variantsOf({ renditions }: Pick<Manifest, 'renditions'>): Variant[] {
  const [pictures, sounds] = [renditions.filter(({ kind }) => kind === 'video'), renditions.filter(({ kind }) => kind === 'audio')];
  const isSparing = ({ quality }: Rendition) => quality === sparing;
  const whole = sounds.filter((sound) => !isSparing(sound));
  const usual = pictures.filter((picture) => !isSparing(picture));
  const variants: Variant[] = usual.map((picture) => ({ quality: picture.quality ?? 'original', picture, sounds: whole }));
  if (pictures.length === 0 && whole.length > 0) variants.push({ quality: 'original', picture: null, sounds: whole });
  const small = sounds.filter(isSparing);
  const picture = pictures.find(isSparing) ?? usual.toSorted(bySize)[0] ?? null;
  if (small.length > 0 || (picture && isSparing(picture))) variants.push({ quality: sparing, picture, sounds: small.length > 0 ? small : whole });
  return variants.toSorted((a, b) => compareQualities(a.quality, b.quality));
}

function bySize(a: Rendition, b: Rendition): number {
  return qualityHeight(a.quality ?? 'original') - qualityHeight(b.quality ?? 'original');
}

/** What a lesson needs at a quality: that picture (absent for sound alone), the sound that goes with it, all side files. */
export function filesOfQuality(manifest: Manifest, quality: string): { renditions: Rendition[]; sideFiles: SideFile[] } {
  const watched = variantsOf(manifest).filter((variant) => variant.quality === quality);
  const renditions = watched.flatMap(({ picture, sounds }) => [...(picture ? [picture] : []), ...sounds]);
  return { renditions: [...new Set(renditions)], sideFiles: manifest.sideFiles };
}

/** What can be chosen of a lesson, best first, and the exact bytes of each. */
export function offersOf(manifest: Manifest): { quality: Quality; bytes: number }[] {
  const qualities = new Set(variantsOf(manifest).map(({ quality }) => quality));
  return [...qualities].map((quality) => ({ quality, bytes: bytesOfQuality(manifest, quality) }));
}

/** Exact bytes that cross the line for a lesson at a quality, piece tables included. */
export function bytesOfQuality(manifest: Manifest, quality: string): number {
  const { renditions, sideFiles } = filesOfQuality(manifest, quality);
  const media = renditions.reduce((sum, { file, pieceTable }) => sum + file.bytes + pieceTable.bytes, 0);
  return media + sideFiles.reduce((sum, { file }) => sum + file.bytes, 0);
}
