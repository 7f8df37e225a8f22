import { lessonsNamed, withCourses, type Context } from '../context.ts';
import { bytesInWords } from '../sentences.ts';

/** What a download would mean, before it begins. */
export function plan(context: Context, ids: readonly string[], quality: string | undefined): Promise<void> {
  return withCourses(context, async (core) => {
    const lessons = await lessonsNamed(core, ids);
    const found = await core.downloads.plan(lessons.map(({ id }) => id), quality ?? core.settings.get().downloadQuality);
    const missing = found.bytes - found.presentBytes;
    const eta = found.etaSeconds === null ? '' : `, about ${Math.ceil(found.etaSeconds / 60)} min at the speed measured lately`;
    const room = found.fits ? `fits: ${bytesInWords(found.freeBytes)} free` : `does not fit: only ${bytesInWords(found.freeBytes)} free`;
    const words = `${found.exact ? '' : 'about '}${bytesInWords(found.bytes)} in ${found.lessons.length} lessons, ${bytesInWords(found.presentBytes)} of it here, ${bytesInWords(missing)} to fetch${eta}; ${room}.`;
    context.output.tell('plan', { ...found }, words);
  });
}
