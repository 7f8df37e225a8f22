import { createStore } from 'zustand/vanilla';
import type { DownloadItem, StorageView } from '../../shared/contracts/downloads.ts';
import type { Quality } from '../../shared/models/quality.ts';
import type { Remote } from '../bridge.ts';
import type { Feed } from './feed.ts';
import { follow } from './follow.ts';

/** Runs something after so many milliseconds; gives back the function that calls it off. */
export type Later = (milliseconds: number, run: () => void) => () => void;

export interface Downloads {
  /** In the order of the queue, without those whose removal can still be undone. */
  readonly items: readonly DownloadItem[];
  readonly byLesson: ReadonlyMap<string, DownloadItem>;
  readonly loaded: boolean;
  readonly storage: StorageView | null;
  /** Bytes a second of everything together, one sample per announcement, newest last. */
  readonly speeds: readonly number[];
  readonly add: (lessonIds: readonly string[], quality: Quality) => Promise<void>;
  readonly pause: (lessonId: string) => Promise<void>;
  readonly resume: (lessonId: string) => Promise<void>;
  /** To the n-th place of the queue, 0 first. */
  readonly move: (lessonId: string, position: number) => Promise<void>;
  readonly removeWatched: () => Promise<{ lessons: number; bytes: number }>;
  readonly pauseAll: () => Promise<void>;
  readonly resumeAll: () => Promise<void>;
  /** Looks at the disk again. */
  readonly measureStorage: () => void;
  readonly verify: (lessonId: string) => Promise<{ badPieces: number }>;
  /** Hides it now and gives the bytes back a little later, unless `undoRemove` comes first. */
  readonly remove: (lessonId: string) => void;
  readonly undoRemove: (lessonId: string) => void;
}

export const undoMs = 7000;
/** How far the room a running download takes may lag behind its bar. */
export const storageEveryMs = 2000;
const speedSamples = 120;

export function createDownloadsStore(remote: Remote, later: Later, failed: (error: unknown) => void): Feed<Downloads> {
  const leaving = new Map<string, () => void>();
  let all: readonly DownloadItem[] = [];
  let dueMeasure: (() => void) | null = null;

  const shown = () => {
    const items = all.filter(({ lessonId }) => !leaving.has(lessonId)).sort((a, b) => a.position - b.position);
    return { items, byLesson: new Map(items.map((item) => [item.lessonId, item])) };
  };
  const removeNow = (lessonId: string) => {
    remote.call('downloads.remove', { lessonId }).then(
      () => leaving.delete(lessonId),
      (error: unknown) => {
        leaving.delete(lessonId);
        store.setState(shown());
        failed(error);
      },
    );
  };

  const store = createStore<Downloads>()((set) => ({
    ...shown(),
    loaded: false,
    storage: null,
    speeds: [],
    add: async (lessonIds, quality) => {
      await remote.call('downloads.add', { lessonIds: [...lessonIds], quality });
    },
    pause: async (lessonId) => {
      await remote.call('downloads.pause', { lessonId });
    },
    resume: async (lessonId) => {
      await remote.call('downloads.resume', { lessonId });
    },
    move: async (lessonId, position) => {
      await remote.call('downloads.move', { lessonId, position });
    },
    removeWatched: () => remote.call('downloads.removeWatched'),
    pauseAll: async () => {
      await remote.call('downloads.pauseAll');
    },
    resumeAll: async () => {
      await remote.call('downloads.resumeAll');
    },
    measureStorage: () => measureStorage(),
    verify: (lessonId) => remote.call('downloads.verify', { lessonId }),
    remove: (lessonId) => {
      leaving.set(lessonId, later(undoMs, () => removeNow(lessonId)));
      set(shown());
    },
    undoRemove: (lessonId) => {
      leaving.get(lessonId)?.();
      leaving.delete(lessonId);
      set(shown());
    },
  }));

  const apply = (items: readonly DownloadItem[]) => {
    const moved = storageMoved(all, items);
    const grew = bytesHere(all) !== bytesHere(items);
    all = items;
    const speed = items.reduce((sum, item) => sum + (item.state === 'running' ? item.bytesPerSecond : 0), 0);
    store.setState(({ speeds, loaded }) => ({
      ...shown(),
      loaded: true,
      speeds: loaded ? [...speeds.slice(1 - speedSamples), speed] : [],
    }));
    if (moved) measureStorage();
    else if (grew) dueMeasure ??= later(storageEveryMs, measureStorage);
  };
  const measureStorage = () => {
    dueMeasure?.();
    dueMeasure = null;
    remote.call('downloads.storage').then((storage) => store.setState({ storage }), failed);
  };

  const start = () => {
    measureStorage();
    const stop = follow({
      listen: (announce) => remote.on('downloads.changed', announce),
      load: () => remote.call('downloads.list'),
      apply,
    });
    return () => {
      for (const [lessonId, callOff] of leaving) {
        callOff();
        removeNow(lessonId);
      }
      dueMeasure?.();
      dueMeasure = null;
      stop();
    };
  };
  return { store, start };
}

/** Asking for the storage costs main a little, so it is asked at once only when a lesson came, went or changed its state; for bytes, now and then. */
function storageMoved(before: readonly DownloadItem[], after: readonly DownloadItem[]): boolean {
  if (before.length !== after.length) return true;
  const states = new Map(before.map(({ lessonId, state }) => [lessonId, state]));
  return after.some(({ lessonId, state }) => states.get(lessonId) !== state);
}

function bytesHere(items: readonly DownloadItem[]): number {
  return items.reduce((sum, { bytesDone }) => sum + bytesDone, 0);
}
