import { lessonsNamed, withCore, withCourses, type Context } from '../context.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { requireStudent } from '../open-core.ts';
import { bytesInWords } from '../sentences.ts';
import { awaitLessons } from './await-lessons.ts';

/** What is here and what waits. */
export function list(context: Context): Promise<void> {
  return withCore(context, async (core) => {
    await requireStudent(core, context.shell.env);
    for (const item of await core.downloads.list()) {
      const done = item.state === 'ready' ? bytesInWords(item.bytesTotal) : `${bytesInWords(item.bytesDone)} of ${bytesInWords(item.bytesTotal)}`;
      context.output.tell('download', { ...item }, `${item.lessonId}  ${item.lessonTitle}  ${item.quality}  ${item.state}  ${done}`);
    }
    const storage = await core.downloads.storage();
    context.output.tell('storage', { ...storage }, `Lessons take ${bytesInWords(storage.lessonBytes)}, the cache ${bytesInWords(storage.cacheBytes)}; ${bytesInWords(storage.freeBytes)} are free.`);
  });
}

/** Hashes lessons again, all that this student has whole here when none is named; what is bad is fetched again unless told otherwise. */
export function verify(context: Context, ids: readonly string[], { repair, patienceSeconds }: { repair: boolean; patienceSeconds: number }): Promise<ExitCode> {
  return withCourses(context, async (core) => {
    const here = await core.downloads.list();
    const named = new Set((await lessonsNamed(core, ids)).map(({ id }) => id));
    const bad = new Set<string>();
    // What is still on its way is not looked at unless it is named.
    for (const { lessonId } of here.filter(({ lessonId: id, state }) => (named.size === 0 ? state === 'ready' : named.has(id)))) {
      if (context.signal.aborted) return exitCodes.cancelled;
      const badPieces = await core.downloads.verify(lessonId);
      context.output.tell('verified', { lessonId, badPieces }, `${lessonId}: ${badPieces === 0 ? 'whole' : `${badPieces} bad pieces`}`);
      // One that lost pieces at an earlier look is not whole either.
      const item = (await core.downloads.list()).find((one) => one.lessonId === lessonId);
      if (item && item.state !== 'ready' && item.state !== 'paused') bad.add(lessonId);
    }
    const others = core.accounts.state().students.length - 1;
    if (named.size === 0 && others > 0) context.output.tell('not_looked_at', { students: others }, 'Lessons that only other students of this computer have were not looked at: sign in as each of them to do so.');
    if (bad.size === 0) return exitCodes.ok;
    if (!repair) return exitCodes.found;
    core.start();
    return awaitLessons(core, context, { lessonIds: bad, patienceSeconds });
  });
}

/** Brings all lessons to a folder inside this one. */
export function move(context: Context, folder: string): Promise<void> {
  return withCore(context, async (core) => {
    await requireStudent(core, context.shell.env);
    core.downloads.folderMoving((moving) => {
      if (moving) context.output.progress(moving, `${bytesInWords(moving.bytesDone)} of ${bytesInWords(moving.bytesTotal)} moved`);
    });
    await core.downloads.moveFolder(folder, context.signal);
    const { folder: now } = await core.downloads.storage();
    context.output.tell('moved', { folder: now }, `Lessons lie in ${now} now.`);
  });
}

/** Gives the bytes of lessons back, of those named or of those watched to the end and sent. */
export function remove(context: Context, ids: readonly string[], watched: boolean): Promise<void> {
  return withCore(context, async (core) => {
    await requireStudent(core, context.shell.env);
    if (watched) {
      const given = await core.downloads.removeWatched();
      context.output.tell('removed', { ...given }, `${given.lessons} lessons removed, ${bytesInWords(given.bytes)}.`);
      return;
    }
    const here = new Set((await core.downloads.list()).map(({ lessonId }) => lessonId));
    const lessonIds = (await lessonsNamed(core, ids)).map(({ id }) => id).filter((id) => here.has(id));
    await core.downloads.remove(lessonIds);
    context.output.tell('removed', { lessons: lessonIds.length, lessonIds }, `${lessonIds.length} lessons removed.`);
  });
}
