import type { AccountsState, KnownStudent } from '../../../src/shared/contracts/accounts.ts';
import type { CatalogView, CourseView, LessonView } from '../../../src/shared/contracts/catalog.ts';
import type { DownloadItem, StorageView } from '../../../src/shared/contracts/downloads.ts';
import type { PlaybackSource } from '../../../src/shared/contracts/playback.ts';
import type { LessonProgress, OutboxView } from '../../../src/shared/contracts/progress.ts';
import type { ShellInfo } from '../../../src/shared/contracts/shell.ts';
import { defaultSettings } from '../../../src/shared/models/settings.ts';
import { value, type Answers } from '../fixture-bridge.ts';

/** A small school with real words in it, for pictures of the screens. Titles go through `name`, so that they can be made long. */
export interface School {
  readonly answers: Answers;
  readonly catalog: CatalogView;
  readonly lesson: (index: number) => LessonView;
}

const minute = 60_000;

const material: readonly (readonly [course: string, about: string, lessons: readonly (readonly [title: string, minutes: number])[]])[] = [
  [
    'How the heart works',
    'From one cell that beats by itself to five litres of blood a minute: what the heart does, and how to hear it.',
    [
      ['Four chambers, two circles', 11],
      ['Valves and the sound they make', 7],
      ['The spark that sets the beat', 9],
      ['Reading a pulse', 6],
      ['When an artery narrows', 12],
      ['What exercise changes', 8],
    ],
  ],
  [
    'Fractions without fear',
    'Cut a loaf, share a field, mix a paint: fractions from things one can hold.',
    [
      ['A half of what?', 5],
      ['The same piece under two names', 8],
      ['Adding thirds and quarters', 10],
      ['A part of a part', 9],
    ],
  ],
  [
    'Water, from cloud to tap',
    'Where the water in a village comes from, what makes it safe, and how to mend a pump.',
    [
      ['Rain that stays in the ground', 9],
      ['What boiling does and does not do', 7],
      ['A filter of sand', 11],
    ],
  ],
];

const now = Date.now();

/** `name` changes titles and sentences; the default leaves them. */
export function createSchool(name: (words: string) => string = (words) => words): School {
  const courses = material.map(([title, about, lessons], index) => course(index, name(title), name(about), lessons.map(([words, minutes]) => [name(words), minutes])));
  const catalog: CatalogView = { courses, refreshedAt: now - 4 * minute };
  const all = courses.flatMap(({ lessons }) => lessons);
  const lesson = (index: number) => all[index] as LessonView;
  return {
    catalog,
    lesson,
    answers: {
      ...value('shell.info', shell),
      ...value('accounts.state', signedIn),
      ...value('settings.get', defaultSettings),
      ...value('settings.set', defaultSettings),
      ...value('connection.state', { status: 'online', reason: null, since: now - 60 * minute }),
      ...value('connection.probe', { status: 'online', reason: null, since: now - 60 * minute }),
      ...value('catalog.view', catalog),
      ...value('catalog.refresh', undefined),
      ...value('downloads.list', []),
      ...value('downloads.storage', storage(courses, 0)),
      ...value('downloads.add', undefined),
      ...value('downloads.pause', undefined),
      ...value('downloads.resume', undefined),
      ...value('downloads.remove', undefined),
      ...value('downloads.removeMany', undefined),
      ...value('downloads.pauseAll', undefined),
      ...value('downloads.resumeAll', undefined),
      ...value('progress.lessons', []),
      ...value('progress.outbox', emptyOutbox),
      ...value('progress.sendNow', emptyOutbox),
      ...value('leases.ending', []),
      ...value('notes.list', []),
      ...value('transcripts.search', { lessons: [], searched: 0 }),
      ...value('playback.close', undefined),
      ...value('playback.bandwidth', { bitsPerSecond: 3_000_000 }),
      ...value('shell.setFullScreen', undefined),
      ...value('shell.keepAwake', undefined),
      ...value('shell.takeLink', { link: null }),
    },
  };
}

export const shell: ShellInfo = {
  version: '0.1.0',
  electron: '45.4.1',
  chromium: '152.0.7871.14',
  platform: 'linux x64',
  locale: 'en-GB',
  startupProblem: null,
  unreadableProxies: [],
};

const server: AccountsState['server'] = {
  url: 'http://127.0.0.1:8000',
  name: 'Teachify demo school',
  demo: { email: 'demo@teachify.example', password: 'learn-anywhere' },
  browser: false,
};

export const signedOut: AccountsState = {
  ...{ server, signInServer: server, student: null, accountId: null, students: [] },
  ...{ authorised: false, tokenStorage: 'keychain', shared: false, locked: false },
};

const student = { id: 'student-1', name: 'Demo Student', email: 'demo@teachify.example' };

/** Somebody of this computer. */
export function knownStudent(id: string, name: string, hasPin = false): KnownStudent {
  return { id, name, email: `${id}@teachify.example`, accountId: `${server.url}#${id}`, school: 'Teachify demo school', hasPin };
}

export const signedIn: AccountsState = {
  ...signedOut,
  student,
  accountId: `${server.url}#${student.id}`,
  students: [{ ...knownStudent(student.id, student.name), email: student.email }],
  authorised: true,
};

const emptyOutbox: OutboxView = { waiting: 0, parked: 0, lastSentAt: now - 10 * minute, lastSentAgoMs: 10 * minute, items: [] };

function course(index: number, title: string, description: string, lessons: readonly (readonly [string, number])[]): CourseView {
  const id = `course-${index + 1}`;
  return {
    id,
    title,
    description,
    language: 'en',
    posterUrl: `app://teachify/media/poster-${index + 1}.svg`,
    lessonCount: lessons.length,
    durationMs: lessons.reduce((sum, [, minutes]) => sum + minutes * minute, 0),
    lessons: lessons.map(([words, minutes], position) => ({
      id: `${id}-lesson-${position + 1}`,
      courseId: id,
      position,
      title: words,
      description: '',
      durationMs: minutes * minute,
      timelineId: `timeline-${index}-${position}`,
      revision: 1,
      posterUrl: position === 2 ? null : `app://teachify/media/poster-${((index + position) % 3) + 1}.svg`,
      qualities: [
        { quality: '720p', bytes: minutes * 5_900_000 },
        { quality: '480p', bytes: minutes * 3_100_000 },
        { quality: '360p', bytes: minutes * 1_700_000 },
      ],
    })),
  };
}

export function storage(courses: readonly CourseView[], share: number): StorageView {
  const byCourse = courses.map(({ id, title }, index) => ({ courseId: id, title, bytes: Math.round(share * (180 - index * 45) * 1e6) }));
  const lessonBytes = byCourse.reduce((sum, { bytes }) => sum + bytes, 0);
  return { lessonBytes, cacheBytes: Math.round(share * 41e6), freeBytes: 38.4e9, roomBytes: 38.4e9 + Math.round(share * 41e6), queuedBytes: 0, reservedBytes: 200e6, totalBytes: 120e9, folder: '/home/student/Teachify lessons', byCourse: byCourse.filter(({ bytes }) => bytes > 0) };
}

export function download(school: School, index: number, change: Partial<DownloadItem>): DownloadItem {
  const lesson = school.lesson(index);
  const bytes = lesson.qualities[1]?.bytes ?? 0;
  const done = change.state === 'ready' ? bytes : Math.round(bytes * 0.65);
  return {
    lessonId: lesson.id,
    courseId: lesson.courseId,
    lessonTitle: lesson.title,
    courseTitle: school.catalog.courses.find(({ id }) => id === lesson.courseId)?.title ?? '',
    quality: '480p',
    source: null,
    state: 'running',
    updating: false,
    previous: null,
    reason: null,
    bytesDone: done,
    bytesTotal: bytes,
    exact: true,
    bytesPerSecond: change.state === 'running' || change.state === undefined ? 182_000 : 0,
    etaSeconds: change.state === 'running' || change.state === undefined ? 95 : null,
    position: index,
    ...change,
  };
}

export function watched(school: School, index: number, ranges: readonly (readonly [number, number])[], minutesAgo: number): LessonProgress {
  const { id, timelineId, durationMs } = school.lesson(index);
  const seen = ranges.map(([from, to]): [number, number] => [Math.round(from * durationMs), Math.round(to * durationMs)]);
  const length = seen.reduce((sum, [from, to]) => sum + to - from, 0);
  const percent = Math.floor((length * 100) / durationMs);
  return {
    lessonId: id,
    timelineId,
    ranges: seen,
    percent,
    done: percent >= 90,
    positionMs: seen.at(-1)?.[1] ?? 0,
    watchedMs: length,
    updatedAt: now - minutesAgo * minute,
  };
}

export function playbackSource(school: School, index: number, change: Partial<PlaybackSource> = {}): PlaybackSource {
  const lesson = school.lesson(index);
  const next = school.catalog.courses.find(({ id }) => id === lesson.courseId)?.lessons[lesson.position + 1];
  return {
    mediaId: 'media-1',
    kind: 'hls',
    url: 'app://teachify/media/lesson/master.m3u8',
    playlists: [],
    lessonId: lesson.id,
    courseId: lesson.courseId,
    title: lesson.title,
    durationMs: 60_000,
    timelineId: lesson.timelineId,
    epoch: 0,
    sessionId: 'session-1',
    resumeMs: 0,
    hereMs: null,
    qualities: [
      { quality: '720p', height: 720, bytes: 5_900_000, onThisComputer: false },
      { quality: '480p', height: 480, bytes: 3_100_000, onThisComputer: false },
      { quality: '360p', height: 360, bytes: 1_700_000, onThisComputer: false },
    ],
    downloadedQuality: null,
    captions: [{ language: 'en', label: 'English', url: 'app://teachify/media/lesson/captions.vtt' }],
    sounds: [],
    thumbnailsUrl: null,
    chapters: [],
    attachments: [],
    nextLessonId: next?.id ?? null,
    bitsPerSecond: 3_000_000,
    ...change,
  };
}
