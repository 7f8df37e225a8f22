import { filesOfQuality, type Rendition } from '../../shared/models/manifest.ts';
import type { FileDescription, FileId, LessonContent, PieceRef } from '../content/ports.ts';

/** Picture and sound are asked for in turns of so many seconds, so that x % here is the first x % playable. */
const stretchUs = 60_000_000;

/** Every piece a lesson needs at a quality, in the order to fetch: small files first, then picture and sound minute by minute. */
export function fetchOrder(content: LessonContent, quality: string): PieceRef[] {
  if (!content.manifest) return [...content.files.values()].flatMap(allPieces);
  const { renditions, sideFiles } = filesOfQuality(content.manifest, quality);
  const tables = content.foreign ? [] : renditions.map(({ pieceTable }) => pieceTable.sha256);
  const small = [...tables, ...sideFiles.map(({ file }) => file.sha256)];
  const stretches = renditions.flatMap((rendition) => stretchesOf(rendition, content.files));
  const media = stretches.toSorted((a, b) => a.startUs - b.startUs).flatMap(({ pieces }) => pieces);
  return [...small.flatMap((fileId) => allPieces(describe(content.files, fileId))), ...media];
}

/** The files of a quality: what a claim keeps. */
export function filesFor(content: LessonContent, quality: string): FileId[] {
  return [...new Set(fetchOrder(content, quality).map(({ fileId }) => fileId))];
}

function stretchesOf({ file }: Rendition, files: LessonContent['files']): { startUs: number; pieces: PieceRef[] }[] {
  const stretches = new Map<number, PieceRef[]>();
  let timeUs = 0;
  describe(files, file.sha256).pieces.forEach(({ durationUs }, piece) => {
    const index = Math.floor(timeUs / stretchUs);
    const pieces = stretches.get(index) ?? [];
    pieces.push({ fileId: file.sha256, piece });
    stretches.set(index, pieces);
    timeUs += durationUs;
  });
  return [...stretches].map(([index, pieces]) => ({ startUs: index * stretchUs, pieces }));
}

function allPieces(file: FileDescription): PieceRef[] {
  return file.pieces.map((_, piece) => ({ fileId: file.id, piece }));
}

function describe(files: LessonContent['files'], fileId: FileId): FileDescription {
  const file = files.get(fileId);
  if (!file) throw new Error(`File ${fileId} was not described`);
  return file;
}
