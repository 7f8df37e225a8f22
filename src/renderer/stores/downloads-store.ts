import { createStore } from 'zustand/vanilla';
import type { DownloadChanges, DownloadItem, StorageView } from '../../shared/contracts/downloads.ts';
import type { Quality } from '../../shared/models/quality.ts';
import type { Remote } from '../bridge.ts';
import type { Feed } from './feed.ts';
import { follow } from './follow.ts';
import { queuePosition, type QueuePlace } from './queue-position.ts';

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
  readonly move: (lessonId: string, place: QueuePlace) => Promise<void>;
  readonly removeWatched: () => Promise<{ lessons: number; bytes: number }>;
  readonly pauseAll: () => Promise<void>;
  readonly resumeAll: () => Promise<void>;
  /** Looks at the disk again. */
  readonly measureStorage: () => void;
  readonly verify: (lessonId: string) => Promise<{ badPieces: number }>;
  /** Hides it now and gives the bytes back a little later, unless `undoRemove` comes first. */
  readonly remove: (lessonId: string) => void;
  /** Several at once, as a course; each can be undone like one. */
  readonly removeMany: (lessonIds: readonly string[]) => void;
  readonly undoRemove: (lessonId: string) => void;
}

/** Lessons that were removed together and can still be undone. */
interface Leaving {
  /** Main is at it. */
  isTold: boolean;
  readonly callOff: () => void;
}

export const undoMs = 7000;
/** How far the room a running download takes may lag behind its bar. */
export const storageEveryMs = 2000;
const speedSamples = 120;

/** `account` is whose they are: what was decided here is done for that one, whoever sits here by then. */
export function createDownloadsStore(remote: Remote, later: Later, failed: (error: unknown) => void, account: string): Feed<Downloads> {
  const leaving = new Map<string, Leaving>();
  let all: ReadonlyMap<string, DownloadItem> = new Map();
  let dueMeasure: (() => void) | null = null;

  const shown = () => {
    const items = [...all.values()].filter(({ lessonId }) => !leaving.has(lessonId)).sort((a, b) => a.position - b.position);
    return { items, byLesson: new Map(items.map((item) => [item.lessonId, item])) };
  };
  const removeNow = (...lessonIds: readonly string[]) => {
    const [only = ''] = lessonIds;
    const removing = lessonIds.length === 1 ? remote.call('downloads.remove', { lessonId: only, of: account }) : remote.call('downloads.removeMany', { lessonIds: [...lessonIds], of: account });
    const leave = () => {
      for (const lessonId of lessonIds) leaving.delete(lessonId);
    };
    removing.then(leave, (error: unknown) => {
      leave();
      store.setState(shown());
      failed(error);
    });
  };

  const removeLater = (lessonIds: readonly string[]) => {
    const due = () => {
      together.isTold = true;
      removeNow(...lessonIds.filter((lessonId) => leaving.get(lessonId) === together));
    };
    const together: Leaving = { isTold: false, callOff: later(undoMs, due) };
    for (const lessonId of lessonIds) {
      undo(lessonId);
      leaving.set(lessonId, together);
    }
    store.setState(shown());
  };
  const undo = (lessonId: string) => {
    const together = leaving.get(lessonId);
    leaving.delete(lessonId);
    // The others of its course go all the same.
    if (together && ![...leaving.values()].includes(together)) together.callOff();
  };

  const store = createStore<Downloads>()((set) => ({
    ...shown(),
    loaded: false,
    storage: null,
    speeds: [],
    add: async (lessonIds, quality) => {
      // Who wants it after all must not lose it when the time to undo is over.
      for (const lessonId of lessonIds) undo(lessonId);
      set(shown());
      await remote.call('downloads.add', { lessonIds: [...lessonIds], quality });
    },
    pause: async (lessonId) => {
      await remote.call('downloads.pause', { lessonId });
    },
    resume: async (lessonId) => {
      await remote.call('downloads.resume', { lessonId });
    },
    move: async (lessonId, place) => {
      await remote.call('downloads.move', { lessonId, position: queuePosition(store.getState().items, lessonId, place) });
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
    remove: (lessonId) => removeLater([lessonId]),
    removeMany: removeLater,
    undoRemove: (lessonId) => {
      undo(lessonId);
      set(shown());
    },
  }));

  const apply = (changes: DownloadChanges) => {
    const next = withChanges(all, changes);
    const moved = storageMoved(all, next, changes);
    const grew = changes.items.some(({ lessonId, bytesDone }) => all.get(lessonId)?.bytesDone !== bytesDone);
    all = next;
    let speed = 0;
    for (const item of all.values()) speed += item.state === 'running' ? item.bytesPerSecond : 0;
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
    let isHere = false;
    const stop = follow<DownloadChanges>({
      // What changed of a list that is not here yet, or is of before, is of no use; main tells all of it next.
      listen: (announce) => remote.on('downloads.changed', (changes) => (changes.whole || isHere) && announce(changes)),
      load: async () => ({ whole: true, items: await remote.call('downloads.list'), removed: [] }),
      apply: (changes) => {
        isHere = true;
        apply(changes);
      },
    });
    return () => {
      for (const [lessonId, { isTold, callOff }] of leaving) {
        if (isTold) continue;
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

/** The list after some of it changed; what did not is the same object as before. */
function withChanges(before: ReadonlyMap<string, DownloadItem>, { whole, items, removed }: DownloadChanges): ReadonlyMap<string, DownloadItem> {
  const next = new Map(whole ? [] : before);
  for (const item of items) next.set(item.lessonId, item);
  for (const lessonId of removed) next.delete(lessonId);
  return next;
}

/** Asking for the storage costs main a little, so it is asked at once only when a lesson came, went or changed its state; for bytes, now and then. */
function storageMoved(before: ReadonlyMap<string, DownloadItem>, after: ReadonlyMap<string, DownloadItem>, { items }: DownloadChanges): boolean {
  return before.size !== after.size || items.some(({ lessonId, state }) => before.get(lessonId)?.state !== state);
}
