import type { Lesson } from '../../shared/api/catalog.ts';
import type { DownloadPlan } from '../../shared/contracts/downloads.ts';
import { bytesOfQuality, filesOfQuality } from '../../shared/models/manifest.ts';
import { closestQuality, type Quality } from '../../shared/models/quality.ts';
import type { LessonContent, LessonContents, PieceStore } from '../content/ports.ts';
import { filesFor } from './fetch-order.ts';

interface Dependencies {
  readonly contents: Pick<LessonContents, 'stored' | 'described'>;
  readonly store: Pick<PieceStore, 'storedBytes'>;
  /** Room for these lessons: beside the reserve and beside what is queued already. */
  readonly freeBytes: number;
  readonly bitsPerSecond: number | null;
}

/** What taking these lessons home would mean, without a word over the line: in exact bytes from the manifest; a source without one is estimated until it is described. */
export async function planDownloads(lessons: readonly Lesson[], wished: Quality, { contents, store, freeBytes, bitsPerSecond }: Dependencies): Promise<DownloadPlan> {
  const rows: DownloadPlan['lessons'] = [];
  for (const lesson of lessons) {
    const offer = offerOf(lesson, wished);
    if (!offer) continue;
    rows.push(rowOf(lesson, offer, await weighHere(lesson, offer.quality, { contents, store })));
  }
  const bytes = sum(rows.map((row) => row.bytes));
  const presentBytes = sum(rows.map((row) => row.presentBytes));
  const missing = bytes - presentBytes;
  return {
    ...{ lessons: rows, bytes, presentBytes, freeBytes, fits: missing <= freeBytes, exact: rows.every(({ exact }) => exact) },
    etaSeconds: secondsFor(missing, bitsPerSecond),
  };
}

/** What is here already takes no time, also on a line that nobody has measured; null where that cannot be said. */
function secondsFor(bytes: number, bitsPerSecond: number | null): number | null {
  if (bytes === 0) return 0;
  return bitsPerSecond ? (bytes * 8) / bitsPerSecond : null;
}

/** The quality nearest to the wish that the lesson has; undefined for one that cannot be taken home. */
export function offerOf(lesson: Lesson, wished: Quality): Lesson['qualities'][number] | undefined {
  const quality = closestQuality(
    wished,
    lesson.qualities.map((offer) => offer.quality),
  );
  return lesson.qualities.find((offer) => offer.quality === quality);
}

type Offer = Lesson['qualities'][number];
type Row = DownloadPlan['lessons'][number];

function rowOf(lesson: Lesson, offer: Offer, here: Weight | null): Row {
  // The school only guesses what has no manifest; once that was described here, its size is known.
  const isGuess = lesson.manifestUrl === null;
  // A newer revision may have other files; what of it is here shows when it is fetched.
  const bytes = isGuess && here ? here.bytes : offer.bytes;
  return { lessonId: lesson.id, quality: offer.quality, bytes, presentBytes: Math.min(here?.presentBytes ?? 0, bytes), exact: !isGuess || here !== null };
}

interface Weight {
  readonly bytes: number;
  readonly presentBytes: number;
}

/** What the revision on this computer weighs at a quality, and how much of that is here, by the books; null where none was described here. */
export async function weighHere(lesson: Lesson, quality: Quality, { contents, store }: Pick<Dependencies, 'contents' | 'store'>): Promise<Weight | null> {
  if (lesson.manifestUrl === null) {
    const content = await contents.described(lesson);
    return content && { bytes: bytesOf(content, quality), presentBytes: await store.storedBytes(filesFor(content, quality)) };
  }
  const manifest = await contents.stored(lesson);
  return manifest && { bytes: bytesOfQuality(manifest, quality), presentBytes: await store.storedBytes(filesNamed(manifest, quality)) };
}

function bytesOf(content: LessonContent, quality: Quality): number {
  return sum(filesFor(content, quality).map((fileId) => content.files.get(fileId)?.bytes ?? 0));
}

function filesNamed(manifest: Parameters<typeof filesOfQuality>[0], quality: Quality): string[] {
  const { renditions, sideFiles } = filesOfQuality(manifest, quality);
  return [...renditions.flatMap(({ file, pieceTable }) => [file.sha256, pieceTable.sha256]), ...sideFiles.map(({ file }) => file.sha256)];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
