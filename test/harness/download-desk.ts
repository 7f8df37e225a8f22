import { createHash } from 'node:crypto';
import { silentLogger } from '../../src/core/base/logger.ts';
import type { FetchOptions, FileDescription, LessonContent, PieceRef, PieceStore } from '../../src/core/content/ports.ts';
import { openDatabases } from '../../src/core/database/databases.ts';
import { DownloadList } from '../../src/core/downloads/download-list.ts';
import { DownloadRepository, type DownloadRow } from '../../src/core/downloads/download-repository.ts';
import { QueueRunner } from '../../src/core/downloads/queue-runner.ts';
import type { Lesson } from '../../src/shared/api/catalog.ts';
import type { DownloadItem } from '../../src/shared/contracts/downloads.ts';
import { TeachifyError, type ErrorCode } from '../../src/shared/errors.ts';
import { manualClock, type ManualClock } from './manual-clock.ts';
import { temporaryFolder } from './temporary-folder.ts';

export const lessonBytes = 1_000;

interface LessonOfDesk {
  readonly id: string;
  /** Another house's address; the school's when left out. */
  readonly videoUrl?: string;
  readonly bytes?: number;
}

/** How a transfer goes: what it throws, or null for whole. It may take as long as it likes; `bring` lets so many bytes be there. */
export type Transfer = (transfer: { readonly lessonId: string; readonly signal: AbortSignal; bring(bytes: number): void }) => Promise<TeachifyError | null>;

/** The queue over true books and a clock that stands still, its transfers as the test says. */
export interface DownloadDesk {
  readonly clock: ManualClock;
  readonly runner: QueueRunner;
  readonly list: DownloadList;
  /** Lessons in the order in which they were begun. */
  readonly begun: string[];
  transfer: Transfer;
  gate: ErrorCode | null;
  freeBytes: number;
  /** What the jitter draws, of its ceiling. */
  fraction: number;
  add(...lessons: readonly LessonOfDesk[]): Promise<void>;
  item(lessonId: string): DownloadItem;
  states(): Record<string, DownloadItem['state']>;
  /** Lets everything that waits for nothing but its turn take it. */
  settle(): Promise<void>;
  close(): void;
}

/** A transfer that ends only when it is told to stop. */
export const forEver: Transfer = ({ signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(new TeachifyError('cancelled', 'Stopped'))));

export async function openDownloadDesk(): Promise<DownloadDesk> {
  const databases = openDatabases(temporaryFolder());
  const clock = manualClock();
  const lessons = new Map<string, Lesson>();
  const files = new Map<string, FileDescription>();
  const here = new Map<string, number>();
  const lessonOf = new Map<string, string>();

  const fetch = async (wanted: readonly PieceRef[], { signal = new AbortController().signal }: FetchOptions) => {
    const fileId = wanted[0]?.fileId ?? '';
    const lessonId = lessonOf.get(fileId) ?? '';
    desk.begun.push(lessonId);
    const error = await desk.transfer({ lessonId, signal, bring: (bytes) => void here.set(fileId, (here.get(fileId) ?? 0) + bytes) });
    if (error) throw error;
    here.set(fileId, files.get(fileId)?.bytes ?? 0);
  };
  const store = {
    fetch,
    verified: (fileId: string) => ({ has: () => false, count: 0, bytes: here.get(fileId) ?? 0 }),
    keptBytes: async () => [],
    claims: async () => [],
    claim: async () => {},
    claimOnly: async () => [],
    discard: async () => {},
  } as unknown as PieceStore;
  const list = new DownloadList({
    ...{ rows: new DownloadRepository(databases.content), store, clock },
    contents: { stored: async () => null, described: async () => null },
    catalog: { lesson: async () => Promise.reject(new TeachifyError('not_found', 'Nothing is here of before')), lessons: async () => [...lessons.values()], courseTitle: async () => 'Course' },
    accounts: { current: () => ({ accountId: 'school#student' }) as never },
  });
  const contentOf = (lesson: Lesson): LessonContent => {
    const id = createHash('sha256').update(lesson.id).digest('hex');
    lessonOf.set(id, lesson.id);
    const file = files.get(lesson.id);
    if (!file) throw new Error('No such lesson');
    files.set(id, { ...file, id });
    return { lesson, timelineId: 't', durationMs: 1, manifest: null, plain: null, foreign: null, files: new Map([[id, { ...file, id }]]) };
  };
  const runner = new QueueRunner({
    ...{ list, store, clock, logger: silentLogger() },
    contents: {
      load: async (lesson) => contentOf(lesson),
      update: async (lesson) => ({ content: contentOf(lesson), reuse: async () => {}, keep: async () => {} }),
      checkStructure: async () => {},
      stored: async () => null,
      described: async () => null,
      forgetKeys: async () => {},
    },
    catalog: {
      lesson: async (id) => {
        const lesson = lessons.get(id);
        if (!lesson) throw new TeachifyError('not_found', id);
        return lesson;
      },
    },
    leases: { acquire: async () => ({}) as never },
    gate: () => desk.gate,
    makeRoom: async () => desk.freeBytes,
    random: { id: () => 'id', fraction: () => desk.fraction, bytes: (count) => new Uint8Array(count) },
  });
  await list.ready(async () => {});

  const desk: DownloadDesk = {
    ...{ clock, runner, list, begun: [], transfer: forEver, gate: null, freeBytes: 1_000_000, fraction: 1 },
    add: async (...added) => {
      const rows = added.map(({ id, videoUrl = `/videos/${id}`, bytes = lessonBytes }): DownloadRow => {
        lessons.set(id, { id, title: id, courseId: 'course', manifestUrl: null, videoUrl, revision: 1, qualities: [], durationMs: 1, timelineId: 't' } as unknown as Lesson);
        files.set(id, { id, bytes, pieces: [{ offset: 0, length: bytes, durationUs: 1, sha256: null }], origin: { kind: 'published' } });
        return { lessonId: id, courseId: 'course', quality: '480p', state: 'queued', reason: null, position: list.inOrder().length + added.findIndex((one) => one.id === id), bytesDone: 0, bytesTotal: bytes, revision: 0 };
      });
      await list.add(rows);
      runner.pump();
      await desk.settle();
    },
    item: (lessonId) => {
      const item = list.items().find((one) => one.lessonId === lessonId);
      if (!item) throw new Error(`${lessonId} is not in the list`);
      return item;
    },
    states: () => Object.fromEntries(list.items().map(({ lessonId, state }) => [lessonId, state])),
    settle: async () => {
      // A download that is begun takes a handful of turns to come to its transfer, and to end.
      for (let turn = 0; turn < 40; turn++) await clock.advance(0);
    },
    close: () => {
      list.close();
      databases.close();
    },
  };
  runner.start();
  return desk;
}
