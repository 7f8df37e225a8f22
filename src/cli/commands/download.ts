import { lessonsNamed, withCourses, type Context } from '../context.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { awaitLessons } from './await-lessons.ts';

interface Wish {
  readonly quality: string | undefined;
  readonly patienceSeconds: number;
}

/** Takes lessons or whole courses home, first in the queue; without any, goes on with what is queued. */
export function download(context: Context, ids: readonly string[], { quality, patienceSeconds }: Wish): Promise<ExitCode> {
  return withCourses(context, async (core) => {
    const { downloads, settings } = core;
    const lessons = await lessonsNamed(core, ids);
    const wanted = lessons.map(({ id }) => id);
    if (wanted.length > 0) {
      await downloads.add(wanted, quality ?? settings.get().downloadQuality);
      for (const [place, lessonId] of wanted.entries()) await downloads.move(lessonId, place);
    }
    core.start();
    const queued = (await downloads.list()).filter(({ state }) => state !== 'paused').map(({ lessonId }) => lessonId);
    const lessonIds = new Set(wanted.length > 0 ? wanted : queued);
    const code = lessonIds.size === 0 ? exitCodes.ok : await awaitLessons(core, context, { lessonIds, patienceSeconds });
    if (code === exitCodes.ok) context.output.tell('done', { lessonIds: [...lessonIds] }, `${lessonIds.size} lessons are on this computer.`);
    return code;
  });
}
