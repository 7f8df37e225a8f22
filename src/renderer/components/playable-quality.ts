import { sparing, type Quality } from '../../shared/models/quality.ts';

/** Of AV1 (its ISOBMFF binding, section 5): main profile, level 3.0, 8 bits, which is what the course server makes. */
const sparingPicture = 'video/mp4; codecs="av01.0.04M.08"';

/** Whether this machine can show a lesson so: a school may have made the sparing picture in AV1, which not every machine decodes. */
export function isPlayable(quality: Quality): boolean {
  return quality !== sparing || MediaSource.isTypeSupported(sparingPicture);
}
