import { bytesOfQuality, variantsOf, type Variant } from '../../shared/models/manifest.ts';
import type { Quality } from '../../shared/models/quality.ts';
import type { LessonContent } from '../content/ports.ts';

/** Every way to watch the lesson whose files are known here, best first. None for a plain one. */
export function knownVariants({ manifest, files }: LessonContent): Variant[] {
  const isKnown = ({ picture, sounds }: Variant) => [...(picture ? [picture] : []), ...sounds].every(({ file }) => files.has(file.sha256));
  return manifest ? variantsOf(manifest).filter(isKnown) : [];
}

/** What can be chosen now, best first, and what all of it costs in bytes. */
export function qualitiesOf(content: LessonContent): { quality: Quality; bytes: number }[] {
  const { lesson, manifest } = content;
  if (!manifest) return lesson.qualities;
  const qualities = new Set(knownVariants(content).map(({ quality }) => quality));
  return [...qualities].map((quality) => ({ quality, bytes: bytesOfQuality(manifest, quality) }));
}
