import type { Lesson } from '../../shared/api/catalog.ts';
import type { DownloadPlan } from '../../shared/contracts/downloads.ts';
import { filesOfQuality } from '../../shared/models/manifest.ts';
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
    rows.push(lesson.manifestUrl === null ? await planUnsigned(lesson, offer, { contents, store }) : await planSigned(lesson, offer, { contents, store }));
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

async function planSigned(lesson: Lesson, offer: Offer, { contents, store }: Pick<Dependencies, 'contents' | 'store'>): Promise<Row> {
  const manifest = await contents.stored(lesson);
  const present = manifest ? await store.storedBytes(filesNamed(manifest, offer.quality)) : 0;
  // A newer revision may have other files; what of it is here shows when it is fetched.
  return { lessonId: lesson.id, ...offer, presentBytes: Math.min(present, offer.bytes), exact: true };
}

/** Without a manifest the school only guesses; once it was described here, its size is known. */
async function planUnsigned(lesson: Lesson, offer: Offer, { contents, store }: Pick<Dependencies, 'contents' | 'store'>): Promise<Row> {
  const content = await contents.described(lesson);
  if (!content) return { lessonId: lesson.id, ...offer, presentBytes: 0, exact: false };
  const bytes = bytesOf(content, offer.quality);
  const present = await store.storedBytes(filesFor(content, offer.quality));
  return { lessonId: lesson.id, quality: offer.quality, bytes, presentBytes: Math.min(present, bytes), exact: true };
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
