import { z } from 'zod';

/** A picture's quality as students name it: the height of the frame. `original` is a file that has no ladder. */
export const qualitySchema = z.string().regex(/^(\d{2,4}p|original)$/);
export type Quality = z.infer<typeof qualitySchema>;

/** Height in pixels of `720p`; 0 for `original`, whose height is not known from its name. */
export function qualityHeight(quality: Quality): number {
  return quality === 'original' ? 0 : Number.parseInt(quality, 10);
}

/** The wished quality if there is one, else the best below it, else the smallest there is; undefined for an empty list. */
export function closestQuality(wished: Quality, available: readonly Quality[]): Quality | undefined {
  if (available.includes(wished)) return wished;
  const byHeight = [...available].sort((a, b) => qualityHeight(a) - qualityHeight(b));
  return byHeight.findLast((quality) => qualityHeight(quality) <= qualityHeight(wished)) ?? byHeight[0];
}
