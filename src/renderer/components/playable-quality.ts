import { qualityHeight, sparing, type Quality } from '../../shared/models/quality.ts';

/** Of AV1 (its ISOBMFF binding, section 5): main profile, level 3.0, 8 bits, which is what the course server makes. */
const sparingPicture = 'video/mp4; codecs="av01.0.04M.08"';

/**
 * Which of a lesson's qualities this machine can show: a school may have made the sparing picture in AV1, which not every
 * machine decodes. Sound alone, which has no picture of any height, it can play in all of them.
 */
export function playableQualities(qualities: readonly Quality[]): Quality[] {
  const hasPicture = qualities.some((quality) => qualityHeight(quality) > 0);
  return qualities.filter((quality) => quality !== sparing || !hasPicture || MediaSource.isTypeSupported(sparingPicture));
}
