import { z } from 'zod';
import { qualitySchema } from './quality.ts';

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
  quality: qualitySchema.nullable(),
  width: z.int().positive().nullable(),
  height: z.int().positive().nullable(),
  frameRate: z.number().positive().nullable(),
  language: z.string().max(35).nullable(),
  /** Bits per second over the whole file, and of the largest segment (RFC 8216 4.3.4.2). */
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

/** What a lesson needs at a quality: that picture (absent for sound alone), all sound, all side files. */
export function filesOfQuality(manifest: Manifest, quality: string): { renditions: Rendition[]; sideFiles: SideFile[] } {
  const renditions = manifest.renditions.filter(({ kind, quality: own }) => kind === 'audio' || own === quality);
  return { renditions, sideFiles: manifest.sideFiles };
}

/** Exact bytes that cross the line for a lesson at a quality, piece tables included. */
export function bytesOfQuality(manifest: Manifest, quality: string): number {
  const { renditions, sideFiles } = filesOfQuality(manifest, quality);
  const media = renditions.reduce((sum, { file, pieceTable }) => sum + file.bytes + pieceTable.bytes, 0);
  return media + sideFiles.reduce((sum, { file }) => sum + file.bytes, 0);
}
