import { access, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import type { WaitingFor } from '../../shared/api/jobs.ts';
import { TeachifyError } from '../../shared/errors.ts';
import { captionsLanguageSchema, encodedLessonSchema, type EncodedLesson } from '../../shared/models/encoded-lesson.ts';
import { wait } from '../jobs/wait.ts';
import { createEndurance } from '../services/endurance.ts';
import { requireOwnCourse, type Publication } from '../services/publication.ts';
import type { Store } from '../store/database.ts';
import { toWebVtt } from './captions.ts';
import { transcode } from './transcode.ts';

const { id, courseId, title, description, language, timelineId } = encodedLessonSchema.shape;

/** All that is needed to make a lesson, and to make the same one again after a crash: ids are given, not drawn. */
export const lessonOrderSchema = z.object({
  ...{ id, courseId, title, description, language, timelineId },
  source: z.string().min(1),
  captions: z
    .array(z.object({ language: captionsLanguageSchema, file: z.string().min(1) }))
    .max(50)
    .refine((all) => new Set(all.map(({ language: spoken }) => spoken.toLowerCase())).size === all.length, 'must name each language once'),
  dataSaver: z.boolean().optional(),
  /** The folder that source and captions lie in, which nobody needs once the lesson is made. */
  disposable: z.string().min(1).optional(),
});
export type LessonOrder = z.infer<typeof lessonOrderSchema>;

export interface LessonMaker {
  /** Publishes the lesson as soon as it can be watched, and again, with what is there already untouched, when all is made. */
  make(order: LessonOrder, watch?: Watch): Promise<void>;
}

interface Watch {
  /** 0 to 1. */
  readonly onProgress?: (share: number) => void;
  readonly onPublished?: (renditions: readonly string[]) => void;
  /** Told what is away for a while; null when it is there again. */
  readonly onWaiting?: (what: WaitingFor | null) => void;
  readonly signal?: AbortSignal;
}

interface Dependencies {
  readonly store: Store;
  readonly publication: Publication;
  /** For what is encoded and not yet published. */
  readonly workshop: string;
  readonly now: () => number;
}

export function createLessonMaker({ store, publication, workshop, now }: Dependencies): LessonMaker {
  return {
    make: async (order, { onProgress = () => {}, onPublished = () => {}, onWaiting, signal } = {}) => {
      const endure = createEndurance({ wait, now, onWaiting, signal });
      const course = await endure(() => store.selectFrom('courses').select('id').where('id', '=', order.courseId).executeTakeFirst());
      if (!course) throw new TeachifyError('not_found', `There is no course ${order.courseId}.`);
      if (await endure(() => isMade(store, order))) return;
      await requireFiles(order);
      const folder = await cleanFolder(workshop, order.id);
      try {
        const captions = await convertCaptions(order, folder);
        const { position, playable } = await endure(() => placeOf(store, order));
        let isThere = playable;
        const publish = async (lesson: Omit<EncodedLesson, keyof typeof constant>) => {
          signal?.throwIfAborted();
          await writeFile(join(folder, 'lesson.json'), JSON.stringify({ ...constant, ...lesson } satisfies EncodedLesson));
          const isNew = await publication.publish(folder, { endure, signal, of: isThere ? order.timelineId : undefined });
          isThere = true;
          if (isNew) onPublished(lesson.renditions.map((rendition) => rendition.id));
        };
        const { source, captions: _, disposable, dataSaver, ...about } = order;
        let last: Parameters<typeof publish>[0] | null = null;
        await transcode({
          ...{ source, folder, dataSaver, onProgress, signal },
          onPlayable: async ({ renditions, durationMs, poster, thumbnails }) => {
            last = { ...about, position, durationMs, poster, thumbnails, captions, renditions: [...renditions] };
            // Begun again after a crash, nothing that students have already is taken away in between.
            if (!playable) await publish(last);
          },
        });
        if (playable && last) await publish(last);
        if (disposable) await rm(disposable, { recursive: true, force: true });
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

/** The worker before this one died when all was published and the source gone, and only its word was missing. */
async function isMade(store: Store, { id: lesson, timelineId: timeline, disposable }: LessonOrder): Promise<boolean> {
  if (!disposable) return false;
  if (await access(disposable).then(() => true, () => false)) return false;
  const made = await store.selectFrom('lessons').select('id').where('id', '=', lesson).where('timeline_id', '=', timeline).executeTakeFirst();
  return made !== undefined;
}

/** They are kept for a month, and a worker on another machine sees them only under the same path. */
async function requireFiles({ source, captions }: LessonOrder): Promise<void> {
  for (const file of [source, ...captions.map((one) => one.file)]) {
    await access(file).catch((error: unknown) => {
      throw new TeachifyError('not_found', `${basename(file)} is not there, or cannot be read where the lesson is made. Send it again.`, { cause: error });
    });
  }
}

/** What a worker that died left of the same lesson goes; its ffmpeg, should it run still, ends when it finds no folder. */
async function cleanFolder(workshop: string, lessonId: string): Promise<string> {
  await mkdir(workshop, { recursive: true, mode: 0o700 });
  // An id holds no dot, so that this is one lesson's prefix and no other's.
  const left = (await readdir(workshop)).filter((name) => name.startsWith(`${lessonId}.`));
  for (const name of left) await rm(join(workshop, name), { recursive: true, force: true, maxRetries: 3 });
  return mkdtemp(join(workshop, `${lessonId}.`));
}

const constant = { plainVideo: null, chapters: [] };

async function convertCaptions({ captions }: LessonOrder, folder: string) {
  return Promise.all(
    captions.map(async ({ language: spoken, file }, index) => {
      const name = `captions-${index + 1}.vtt`;
      await writeFile(join(folder, name), toWebVtt(await readFile(file)));
      return { language: spoken, file: name };
    }),
  );
}

/** After the last lesson of its course, or where it is; `playable` when this very order was published in part or whole. */
async function placeOf(store: Store, order: LessonOrder): Promise<{ position: number; playable: boolean }> {
  const known = await store.selectFrom('lessons').select(['position', 'timeline_id', 'course_id']).where('id', '=', order.id).executeTakeFirst();
  requireOwnCourse(known, order);
  if (known) return { position: known.position, playable: known.timeline_id === order.timelineId };
  const { last } = await store
    .selectFrom('lessons')
    .select(({ fn }) => fn.max('position').as('last'))
    .where('course_id', '=', order.courseId)
    .executeTakeFirstOrThrow();
  return { position: last === null ? 0 : Number(last) + 1, playable: false };
}
