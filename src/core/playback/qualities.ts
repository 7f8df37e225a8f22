import { bytesOfQuality } from '../../shared/models/manifest.ts';
import { qualityHeight, type Quality } from '../../shared/models/quality.ts';
import type { LessonContent } from '../content/ports.ts';

/** What can be chosen now, best first, and what all of it costs in bytes. The school does not know what lies elsewhere. */
export function qualitiesOf({ lesson, manifest, foreign, files }: LessonContent): { quality: Quality; bytes: number }[] {
  if (!manifest) return lesson.qualities;
  const pictures = manifest.renditions.filter(({ kind, file }) => kind === 'video' && files.has(file.sha256));
  if (!foreign) return lesson.qualities.filter(({ quality }) => pictures.some((picture) => picture.quality === quality));
  const named = pictures.flatMap(({ quality }) => (quality === null ? [] : [{ quality, bytes: bytesOfQuality(manifest, quality) }]));
  return named.toSorted((a, b) => qualityHeight(b.quality) - qualityHeight(a.quality));
}
