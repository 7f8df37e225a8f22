import { describe, expect, it, vi } from 'vitest';
import type { DownloadItem } from '../../../../src/shared/contracts/downloads.ts';
import { TeachifyError } from '../../../../src/shared/errors.ts';
import { createDownloadsStore, storageEveryMs, undoMs } from '../../../../src/renderer/stores/downloads-store.ts';
import { createFakeLater } from '../fake-later.ts';
import { createFakeRemote, settle } from '../fake-remote.ts';

const item = (lessonId: string, change: Partial<DownloadItem> = {}): DownloadItem => ({
  lessonId,
  courseId: 'c',
  lessonTitle: lessonId,
  courseTitle: 'c',
  quality: '480p',
  source: null,
  state: 'running',
  updating: false,
  previous: null,
  reason: null,
  bytesDone: 1,
  bytesTotal: 10,
  exact: true,
  bytesPerSecond: 100,
  etaSeconds: 1,
  position: 0,
  ...change,
});

const all = (...items: DownloadItem[]) => ({ whole: true, items, removed: [] });
const some = (...items: DownloadItem[]) => ({ whole: false, items, removed: [] });

async function open({ remove = () => undefined }: { remove?: () => unknown } = {}) {
  const remote = createFakeRemote({
    'downloads.list': () => [item('b', { position: 1 }), item('a', { position: 0 })],
    'downloads.storage': () => ({ lessonBytes: 0, cacheBytes: 0, freeBytes: 1, roomBytes: 1, queuedBytes: 0, reservedBytes: 0, totalBytes: 1, byCourse: [] }),
    'downloads.remove': remove,
    'downloads.removeMany': remove,
  });
  const { later, pass } = createFakeLater();
  const failed = vi.fn<(error: unknown) => void>();
  const { store, start } = createDownloadsStore(remote, later, failed, 'me');
  const stop = start();
  await settle();
  const removed = () => remote.calls.filter(({ name }) => name === 'downloads.remove').map(({ input }) => input);
  const shown = () => store.getState().items.map(({ lessonId }) => lessonId);
  return { remote, store, stop, pass, failed, removed, shown };
}

it('shows the queue in its order', async () => {
  expect((await open()).shown()).toEqual(['a', 'b']);
});

describe('changes', () => {
  it('are put into what is there; the rest is not touched', async () => {
    const { remote, store, shown } = await open();
    remote.announce('downloads.changed', all(item('a', { position: 0 }), item('b', { position: 1 })));
    const before = store.getState().byLesson.get('b');
    remote.announce('downloads.changed', some(item('a', { position: 0, bytesDone: 7 })));
    expect(store.getState().byLesson.get('a')?.bytesDone).toBe(7);
    expect(store.getState().byLesson.get('b')).toBe(before);
    remote.announce('downloads.changed', { whole: false, items: [item('c', { position: 2 }), item('a', { position: 3 })], removed: ['b'] });
    expect(shown()).toEqual(['c', 'a']);
    remote.announce('downloads.changed', all(item('d')));
    expect(shown()).toEqual(['d']);
  });
});

describe('removing', () => {
  it('hides at once and gives the bytes back when nobody undid it', async () => {
    const { store, pass, removed, shown } = await open();
    store.getState().remove('a');
    expect(shown()).toEqual(['b']);
    expect(removed()).toEqual([]);
    pass(undoMs);
    expect(removed()).toEqual([{ lessonId: 'a', of: 'me' }]);
  });

  it('is as if it had not been when undone', async () => {
    const { store, pass, removed, shown } = await open();
    store.getState().remove('a');
    store.getState().undoRemove('a');
    pass(undoMs);
    expect(shown()).toEqual(['a', 'b']);
    expect(removed()).toEqual([]);
  });

  it('stays hidden while main still lists it, and comes back when main could not', async () => {
    const refuse = () => {
      throw new TeachifyError('disk_failed', 'no');
    };
    const { remote, store, pass, failed, shown } = await open({ remove: refuse });
    store.getState().remove('a');
    remote.announce('downloads.changed', all(item('a'), item('b')));
    expect(shown()).toEqual(['b']);
    pass(undoMs);
    await settle();
    expect(shown()).toEqual(['a', 'b']);
    expect(failed).toHaveBeenCalledOnce();
  });

  it('of a course is one, hides all of it at once, and is undone as one', async () => {
    const { remote, store, pass, removed, shown } = await open();
    const many = () => remote.calls.filter(({ name }) => name === 'downloads.removeMany').map(({ input }) => input);
    store.getState().removeMany(['a', 'b']);
    expect(shown()).toEqual([]);
    for (const lessonId of ['a', 'b']) store.getState().undoRemove(lessonId);
    pass(undoMs);
    expect(shown()).toEqual(['a', 'b']);
    store.getState().removeMany(['a', 'b']);
    pass(undoMs);
    expect(many()).toEqual([{ lessonIds: ['a', 'b'], of: 'me' }]);
    expect(removed()).toEqual([]);
    await settle();
    expect(remote.calls.at(-1)?.name).toBe('downloads.removeMany');
  });

  it('of a course goes on for the others when one of it is undone, and that one can be removed again for itself', async () => {
    const { remote, store, pass, removed, shown } = await open();
    const many = () => remote.calls.filter(({ name }) => name === 'downloads.removeMany').map(({ input }) => input);
    remote.announce('downloads.changed', all(item('a', { position: 0 }), item('b', { position: 1 }), item('c', { position: 2 })));
    store.getState().removeMany(['a', 'b', 'c']);
    pass(1000);
    store.getState().undoRemove('a');
    expect(shown()).toEqual(['a']);
    store.getState().remove('a');
    pass(undoMs - 1000);
    expect(many()).toEqual([{ lessonIds: ['b', 'c'], of: 'me' }]);
    expect(removed()).toEqual([]);
    pass(1000);
    expect(removed()).toEqual([{ lessonId: 'a', of: 'me' }]);
  });

  it('is off when the lesson is taken home after all before the time to undo is over', async () => {
    const { store, pass, removed, shown } = await open();
    store.getState().remove('a');
    await store.getState().add(['a'], '480p');
    expect(shown()).toEqual(['a', 'b']);
    pass(undoMs);
    expect(removed()).toEqual([]);
  });

  it('is said once, though the window closes while main is at it', async () => {
    const { store, pass, stop, removed } = await open({ remove: () => new Promise(() => {}) });
    store.getState().remove('a');
    pass(undoMs);
    stop();
    expect(removed()).toEqual([{ lessonId: 'a', of: 'me' }]);
  });

  it('of a course is meant when the window closes, and comes back when main could not', async () => {
    const closed = await open();
    closed.store.getState().removeMany(['a', 'b']);
    closed.stop();
    expect(closed.removed()).toEqual([{ lessonId: 'a', of: 'me' }, { lessonId: 'b', of: 'me' }]);
    const refused = await open({
      remove: () => {
        throw new TeachifyError('disk_failed', 'no');
      },
    });
    refused.store.getState().removeMany(['a', 'b']);
    refused.pass(undoMs);
    await settle();
    expect(refused.shown()).toEqual(['a', 'b']);
    expect(refused.failed).toHaveBeenCalledOnce();
  });

  it('is meant when the window closes before the time to undo is over', async () => {
    const { store, stop, removed } = await open();
    store.getState().remove('b');
    stop();
    expect(removed()).toEqual([{ lessonId: 'b', of: 'me' }]);
  });
});

describe('the storage', () => {
  it('is measured at once when a lesson comes, goes or changes its state, not for every byte', async () => {
    const { remote } = await open();
    const asked = () => remote.calls.filter(({ name }) => name === 'downloads.storage').length;
    const before = asked();
    remote.announce('downloads.changed', all(item('a', { bytesDone: 5 }), item('b', { bytesDone: 2 })));
    expect(asked()).toBe(before);
    remote.announce('downloads.changed', all(item('a', { state: 'ready' }), item('b')));
    expect(asked()).toBe(before + 1);
  });

  it('keeps up with a download under way, and rests when nothing arrives', async () => {
    const { remote, pass, stop } = await open();
    const asked = () => remote.calls.filter(({ name }) => name === 'downloads.storage').length;
    const before = asked();
    for (const bytesDone of [3, 4, 5]) remote.announce('downloads.changed', all(item('a', { bytesDone }), item('b')));
    pass(storageEveryMs);
    expect(asked()).toBe(before + 1);
    remote.announce('downloads.changed', all(item('a', { bytesDone: 5 }), item('b')));
    pass(storageEveryMs);
    expect(asked()).toBe(before + 1);
    remote.announce('downloads.changed', all(item('a', { bytesDone: 6 }), item('b')));
    stop();
    pass(storageEveryMs);
    expect(asked()).toBe(before + 1);
  });
});

it('keeps a short memory of the speed of what runs', async () => {
  const { remote, store } = await open();
  for (let count = 0; count < 300; count++) {
    remote.announce('downloads.changed', all(item('a', { bytesPerSecond: count }), item('b', { state: 'paused', bytesPerSecond: 999 })));
  }
  expect(store.getState().speeds).toHaveLength(120);
  expect(store.getState().speeds.at(-1)).toBe(299);
});
