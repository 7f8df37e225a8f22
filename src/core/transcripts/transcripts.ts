import type { Lesson } from '../../shared/api/catalog.ts';
import type { FoundLesson } from '../../shared/contracts/transcripts.ts';
import { isTeachifyError } from '../../shared/errors.ts';
import type { SideFile } from '../../shared/models/manifest.ts';
import type { Accounts, Leases } from '../accounts/ports.ts';
import { decryptWhole } from '../base/decryption.ts';
import type { Logger } from '../base/logger.ts';
import type { Catalog } from '../catalog/ports.ts';
import type { FileDescription, LessonContent, LessonContents, PieceStore } from '../content/ports.ts';
import type { Connection } from '../database/connection.ts';
import type { Downloads } from '../downloads/ports.ts';
import { joinedCaptions } from '../playback/foreign-media.ts';
import type { Transcripts } from './ports.ts';
import { searchQuery } from './search-query.ts';
import { TranscriptRepository, type Transcript } from './transcript-repository.ts';
import { readVttCues } from './vtt-cues.ts';

interface Dependencies {
  readonly database: Connection;
  readonly accounts: Pick<Accounts, 'current'>;
  readonly catalog: Pick<Catalog, 'view' | 'lesson'>;
  readonly contents: Pick<LessonContents, 'stored' | 'described'>;
  readonly store: Pick<PieceStore, 'register' | 'read' | 'storedBytes'>;
  readonly leases: Pick<Leases, 'fileKey'>;
  readonly downloads: Pick<Downloads, 'changed'>;
  readonly logger: Logger;
}

/** The words of every lesson on this computer, so that one can look for what was said. */
export function createTranscripts({ database, accounts, catalog, contents, store, leases, downloads, logger }: Dependencies): Transcripts {
  const rows = new TranscriptRepository(database);
  let running: Promise<void> = Promise.resolve();

  const isHere = async ({ sha256, bytes }: { sha256: string; bytes: number }) => (await store.storedBytes([sha256])) >= bytes;

  /** The captions in clear. Those of a lesson from elsewhere come in segments, which its description names. */
  const read = async (lesson: Lesson, { file }: SideFile, described: LessonContent | null): Promise<Uint8Array> => {
    const [joined, parts] = [described?.files.get(file.sha256), described?.foreign?.get(file.sha256)];
    const description = joined ?? wholeFile(file);
    await store.register(description);
    const piece = (index: number) => store.read(description.id, index, { priority: 'background' });
    if (joined && parts) return joinedCaptions(joined, parts, piece);
    const stored = await piece(0);
    return file.keyId ? decryptWhole(await leases.fileKey(lesson.id, file.keyId), stored) : stored;
  };

  const takeIn = async (server: string, lesson: Lesson, caption: SideFile, described: LessonContent | null): Promise<void> => {
    const { language, file } = caption;
    const bytes = await read(lesson, caption, described);
    const transcript = { lessonId: lesson.id, language: language ?? 'und', sha256: file.sha256, bytes: file.bytes };
    await rows.save(server, transcript, readVttCues(new TextDecoder().decode(bytes)));
  };

  /** Takes in what came to this computer since, and forgets what went. */
  const bringUpToDate = async (): Promise<void> => {
    const server = accounts.current()?.serverUrl;
    if (server === undefined) return;
    const known = new Map<string, Transcript>();
    for (const transcript of await rows.all(server)) {
      if (await isHere(transcript)) known.set(keyOf(transcript.lessonId, transcript.language), transcript);
      else await rows.drop(server, transcript);
    }
    for (const { id } of (await catalog.view()).courses.flatMap(({ lessons }) => lessons)) {
      try {
        const lesson = await catalog.lesson(id);
        const manifest = await contents.stored(lesson);
        const described = manifest ? null : await contents.described(lesson);
        const captions = (manifest ?? described?.manifest)?.sideFiles.filter(({ role }) => role === 'captions') ?? [];
        for (const caption of captions) {
          const isKnown = known.get(keyOf(id, caption.language ?? 'und'))?.sha256 === caption.file.sha256;
          if (!isKnown && (await isHere(caption.file))) await takeIn(server, lesson, caption, described);
        }
      } catch (error) {
        // A lease that ended, a file that rotted: this lesson cannot be looked through now, the others can.
        if (!isTeachifyError(error)) throw error;
        logger.info('a transcript could not be taken in', { lessonId: id, code: error.code });
      }
    }
  };
  const update = (): Promise<void> => {
    running = running.then(bringUpToDate);
    const done = running;
    running = running.catch((error: unknown) => logger.error('transcripts could not be taken in', { error }));
    return done;
  };

  return {
    search: async (words) => {
      const server = accounts.current()?.serverUrl;
      if (server === undefined) return { lessons: [], searched: 0 };
      await update();
      const { courses } = await catalog.view();
      const lessons = new Map(courses.flatMap((course) => course.lessons.map((lesson) => [lesson.id, { lesson, course }] as const)));
      const searched = new Set((await rows.all(server)).map(({ lessonId }) => lessonId).filter((id) => lessons.has(id)));
      const query = searchQuery(words);
      const said = query === null ? [] : await rows.search(server, [...searched], query);
      const found = said.flatMap(({ lessonId, language, count, lines }): FoundLesson[] => {
        const known = lessons.get(lessonId);
        if (!known) return [];
        return [{ lessonId, courseId: known.course.id, lessonTitle: known.lesson.title, courseTitle: known.course.title, language, count, lines: [...lines] }];
      });
      return { lessons: found, searched: searched.size };
    },
    start: () => {
      let ready = '';
      const stop = downloads.changed((items) => {
        const now = items.flatMap(({ lessonId, state }) => (state === 'ready' ? [lessonId] : [])).sort().join();
        if (now === ready) return;
        ready = now;
        void update().catch(() => undefined);
      });
      return async () => {
        stop();
        await running;
      };
    },
  };
}

function keyOf(lessonId: string, language: string): string {
  return `${language} ${lessonId}`;
}

function wholeFile({ sha256, bytes }: SideFile['file']): FileDescription {
  return { id: sha256, bytes, pieces: [{ offset: 0, length: bytes, durationUs: 0, sha256: Buffer.from(sha256, 'hex') }], origin: { kind: 'published' } };
}
