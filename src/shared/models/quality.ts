import { z } from 'zod';

/** Costs the least: the most sparing picture there is, and the sound of few bits. */
export const sparing = 'saver';

/**
 * A picture's quality as students name it: the height of the frame. `original` is what has no ladder: a plain file, or sound
 * alone. `saver` is for those who count every megabyte.
 */
export const qualitySchema = z.string().regex(/^(\d{2,4}p|original|saver)$/);
export type Quality = z.infer<typeof qualitySchema>;

/** Height in pixels of `720p`; 0 for `original` and `saver`, whose height is not known from their names. */
export function qualityHeight(quality: Quality): number {
  return quality === 'original' || quality === sparing ? 0 : Number.parseInt(quality, 10);
}

/** Best first, the sparing one last. */
export function compareQualities(a: Quality, b: Quality): number {
  return qualityHeight(b) - qualityHeight(a) || Number(a === sparing) - Number(b === sparing);
}

/**
 * The wished quality if there is one, else the best below it, else the smallest there is; undefined for an empty list. The sparing
 * one is given to those who ask for it only.
 */
export function closestQuality(wished: Quality, available: readonly Quality[]): Quality | undefined {
  if (available.includes(wished)) return wished;
  const byHeight = available.filter((quality) => quality !== sparing).sort((a, b) => qualityHeight(a) - qualityHeight(b));
  return byHeight.findLast((quality) => qualityHeight(quality) <= qualityHeight(wished)) ?? byHeight[0];
}
