import { expect, it } from 'vitest';
import type { AccountsState } from '../../../../src/shared/contracts/accounts.ts';
import type { DownloadItem } from '../../../../src/shared/contracts/downloads.ts';
import type { LessonProgress } from '../../../../src/shared/contracts/progress.ts';
import { createAccountsStore } from '../../../../src/renderer/stores/accounts-store.ts';
import { createCatalogStore } from '../../../../src/renderer/stores/catalog-store.ts';
import { createDownloadsStore, undoMs } from '../../../../src/renderer/stores/downloads-store.ts';
import { createDraftsStore, writeEveryMs } from '../../../../src/renderer/stores/drafts-store.ts';
import { createLeasesStore } from '../../../../src/renderer/stores/leases-store.ts';
import { createProgressStore } from '../../../../src/renderer/stores/progress-store.ts';
import { startStudentFeeds } from '../../../../src/renderer/stores/student-feeds.ts';
import { TeachifyError } from '../../../../src/shared/errors.ts';
import { createFakeLater } from '../fake-later.ts';
import { createFakeRemote, settle } from '../fake-remote.ts';

const download = (lessonId: string, state: string) => ({ lessonId, state, position: 0, bytesDone: 0, bytesPerSecond: 0 }) as DownloadItem;
const lesson = (percent: number) => ({ lessonId: 'tea', timelineId: 'tea', ranges: [], percent, done: false, positionMs: 0, watchedMs: 0, updatedAt: 0 }) as LessonProgress;

/** A main that answers nothing behind the lock but what was decided before, as the real one does. */
function openSeat(begin: { locked: boolean }) {
  const main = { locked: begin.locked, items: [download('tea', 'queued')], percent: 10, waits: 3, drafts: [] as unknown[] };
  const accounts = () => ({ student: { id: 'of-tea' }, accountId: 'tea', locked: main.locked }) as AccountsState;
  const behind = (answer: () => unknown) => () => {
    if (main.locked) throw new TeachifyError('locked', 'Nobody may see anything now');
    return answer();
  };
  const remote = createFakeRemote({
    'accounts.state': accounts,
    'catalog.view': behind(() => ({ courses: [], waits: main.waits })),
    'downloads.list': behind(() => main.items),
    'downloads.storage': behind(() => ({})),
    'downloads.remove': () => undefined,
    'notes.drafts': behind(() => main.drafts),
    'notes.keepDraft': () => undefined,
    'leases.ending': behind(() => []),
    'progress.lessons': behind(() => [lesson(main.percent)]),
    'progress.outbox': behind(() => ({ waiting: main.waits })),
  });
  const { later, pass } = createFakeLater();
  const failures: unknown[] = [];
  const failed = (error: unknown) => void failures.push(error);
  const app = { accounts: createAccountsStore(remote), later };
  const stores = { catalog: createCatalogStore(remote), downloads: createDownloadsStore(remote, later, failed, 'tea'), drafts: createDraftsStore(remote, later, 'tea'), leases: createLeasesStore(remote), progress: createProgressStore(remote, later, failed, 'tea') };
  app.accounts.start();
  const turn = async (locked: boolean) => {
    main.locked = locked;
    remote.announce('accounts.changed', accounts());
    await settle();
  };
  const start = async () => {
    await settle();
    const stop = startStudentFeeds(app.accounts, stores);
    await settle();
    return stop;
  };
  const shown = () => ({
    state: stores.downloads.store.getState().byLesson.get('tea')?.state,
    percent: stores.progress.store.getState().lessons.get('tea')?.percent,
    waits: stores.progress.store.getState().outbox,
  });
  return { main, remote, stores, failures, pass, turn, start, shown };
}

it('what changed behind the lock, where main tells nothing, is there when the student is back', async () => {
  const seat = openSeat({ locked: false });
  await seat.start();
  expect(seat.shown()).toEqual({ state: 'queued', percent: 10, waits: { waiting: 3 } });
  await seat.turn(true);
  Object.assign(seat.main, { items: [download('tea', 'ready')], percent: 60, waits: 0 });
  await seat.turn(false);
  expect(seat.shown()).toEqual({ state: 'ready', percent: 60, waits: { waiting: 0 } });
  expect(seat.failures).toEqual([]);
});

it('what is announced in the moment of coming back is not put under an older list, nor is an older list put over it', async () => {
  const seat = openSeat({ locked: false });
  await seat.start();
  await seat.turn(true);
  Object.assign(seat.main, { items: [download('tea', 'ready'), { ...download('letters', 'queued'), position: 1 }], percent: 60, locked: false });
  seat.remote.announce('accounts.changed', { student: { id: 'of-tea' }, accountId: 'tea', locked: false } as AccountsState);
  seat.remote.announce('downloads.changed', { whole: false, items: [download('tea', 'ready')], removed: [] });
  seat.remote.announce('progress.changed', [lesson(61)]);
  await settle();
  expect(seat.shown()).toMatchObject({ state: 'ready', percent: 61 });
  expect([...seat.stores.downloads.store.getState().byLesson.keys()]).toEqual(['tea', 'letters']);
});

it('a removal that nobody undid before the lock came is done when the student is back', async () => {
  const seat = openSeat({ locked: false });
  await seat.start();
  seat.stores.downloads.store.getState().remove('tea');
  await seat.turn(true);
  await seat.turn(false);
  expect(seat.remote.calls.filter(({ name }) => name === 'downloads.remove')).toHaveLength(1);
  seat.pass(undoMs);
  expect(seat.remote.calls.filter(({ name }) => name === 'downloads.remove')).toHaveLength(1);
  expect(seat.failures).toEqual([]);
});

it('a removal whose time to undo runs out behind the lock is done then, for who decided it', async () => {
  const seat = openSeat({ locked: false });
  await seat.start();
  seat.stores.downloads.store.getState().remove('tea');
  await seat.turn(true);
  seat.pass(undoMs);
  await settle();
  expect(seat.remote.calls.filter(({ name }) => name === 'downloads.remove')).toEqual([{ name: 'downloads.remove', input: { lessonId: 'tea', of: 'tea' } }]);
  expect(seat.failures).toEqual([]);
});

it('a page that comes up behind the lock asks nothing until the student is back', async () => {
  const seat = openSeat({ locked: true });
  await seat.start();
  expect(seat.remote.calls.map(({ name }) => name)).toEqual(['accounts.state']);
  await seat.turn(false);
  expect(seat.shown()).toMatchObject({ state: 'queued', percent: 10 });
  expect(seat.stores.catalog.store.getState().failure).toBeNull();
});

it('what was being typed when the lock fell is written down behind it, and there when the student is back', async () => {
  const seat = openSeat({ locked: false });
  await seat.start();
  const { drafts } = seat.stores;
  drafts.store.getState().keep('tea\n', { text: 'kettle fir', atMs: 4 });
  await seat.turn(true);
  seat.pass(writeEveryMs);
  expect(seat.remote.calls.at(-1)).toEqual({ name: 'notes.keepDraft', input: { of: 'tea', lessonId: 'tea', noteId: null, draft: { text: 'kettle fir', atMs: 4 } } });
  seat.main.drafts = [{ lessonId: 'tea', noteId: null, text: 'kettle fir', atMs: 4 }];
  await seat.turn(false);
  expect([...drafts.store.getState().byPlace]).toEqual([['tea\n', { text: 'kettle fir', atMs: 4 }]]);
});
