import { createStore } from 'zustand/vanilla';
import type { LessonProgress, OutboxView } from '../../shared/contracts/progress.ts';
import { isTeachifyError } from '../../shared/errors.ts';
import type { Remote } from '../bridge.ts';
import { undoMs, type Later } from './downloads-store.ts';
import type { Feed } from './feed.ts';
import { follow } from './follow.ts';

export interface Progress {
  /** By lesson id. */
  readonly lessons: ReadonlyMap<string, LessonProgress>;
  readonly loaded: boolean;
  /** What waits to be sent; null until main has answered. */
  readonly outbox: OutboxView | null;
  readonly sendNow: () => Promise<void>;
  /** Asks once more what waits and how long ago something was sent. */
  readonly look: () => Promise<void>;
  /** Hides what was watched of a lesson now, and has it count no more a little later, unless `undoForget` comes first. */
  readonly forget: (lessonId: string) => void;
  readonly undoForget: (lessonId: string) => void;
  /** Forgets now what was to be forgotten a little later: who opens the lesson begins a new round with that. Resolves when it is done, or said why not. */
  readonly decided: (lessonId: string) => Promise<void>;
}

/** `account` is whose it is: what was decided here is done for that one, whoever sits here by then. */
export function createProgressStore(remote: Remote, later: Later, failed: (error: unknown) => void, account: string): Feed<Progress> {
  let all: Lessons = new Map();
  const leaving = new Map<string, () => void>();
  const show = () => store.setState({ lessons: new Map([...all].filter(([lessonId]) => !leaving.has(lessonId))) });
  const forgetting = new Map<string, Promise<void>>();
  const forgetNow = (lessonId: string): Promise<void> => {
    const timelineId = all.get(lessonId)?.timelineId ?? '';
    const stays = (error: unknown) => {
      leaving.delete(lessonId);
      show();
      failed(error);
    };
    const forgotten = remote.call('progress.startAnew', { timelineId, of: account }).then((row) => {
      leaving.delete(lessonId);
      // Behind the lock it is only done, and all is asked anew when the student is back.
      all = new Map([...all].filter(([known]) => known !== lessonId).concat(row ? [[lessonId, row]] : []));
      show();
    }, stays).finally(() => forgetting.delete(lessonId));
    forgetting.set(lessonId, forgotten);
    return forgotten;
  };
  const store = createStore<Progress>()((set) => ({
    lessons: new Map(),
    loaded: false,
    outbox: null,
    look: async () => {
      const outbox = await remote.call('progress.outbox').catch(() => null);
      if (outbox) set({ outbox });
    },
    sendNow: async () => set({ outbox: await remote.call('progress.sendNow') }),
    forget: (lessonId) => {
      leaving.set(lessonId, later(undoMs, () => void forgetNow(lessonId)));
      show();
    },
    undoForget: (lessonId) => {
      leaving.get(lessonId)?.();
      leaving.delete(lessonId);
      show();
    },
    decided: async (lessonId) => {
      const wait = leaving.get(lessonId);
      wait?.();
      if (wait) await (forgetting.get(lessonId) ?? forgetNow(lessonId));
    },
  }));
  const start = () => {
    const stopLessons = followLessons(remote, (update) => {
      all = update(all);
      store.setState({ loaded: true });
      show();
    });
    const stopOutbox = follow({
      listen: (apply) => remote.on('progress.outboxChanged', apply),
      load: () => remote.call('progress.outbox'),
      apply: (outbox) => store.setState({ outbox }),
    });
    return () => {
      stopLessons();
      stopOutbox();
      for (const [lessonId, wait] of leaving) {
        wait();
        if (!forgetting.has(lessonId)) void forgetNow(lessonId);
      }
    };
  };
  return { store, start };
}

type Lessons = ReadonlyMap<string, LessonProgress>;

/** An announcement may carry all lessons or only those that changed, so the answer to the question goes under what was announced, and over what was known before. */
function followLessons(remote: Remote, update: (change: (lessons: Lessons) => Lessons) => void): () => void {
  let following = true;
  const announced = new Map<string, LessonProgress>();
  const stopListening = remote.on('progress.changed', (rows) => {
    for (const row of rows) announced.set(row.lessonId, row);
    update((lessons) => new Map([...lessons, ...byLesson(rows)]));
  });
  remote.call('progress.lessons').then(
    (rows) => {
      if (following) update(() => new Map([...byLesson(rows), ...announced]));
    },
    (error: unknown) => {
      // It is asked anew when the student is back.
      if (!isTeachifyError(error, 'locked')) throw error;
    },
  );
  return () => {
    following = false;
    stopListening();
  };
}

function byLesson(rows: readonly LessonProgress[]): [string, LessonProgress][] {
  return rows.map((row) => [row.lessonId, row]);
}
