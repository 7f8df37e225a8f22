import { expect, it } from 'vitest';
import { createDraftsStore, draftPlace, writeEveryMs } from '../../../../src/renderer/stores/drafts-store.ts';
import { calls } from '../../../../src/shared/contracts/bridge.ts';
import { TeachifyError } from '../../../../src/shared/errors.ts';
import { createFakeLater } from '../fake-later.ts';
import { createFakeRemote, settle } from '../fake-remote.ts';

/** A window of one student's, over what main keeps of them. */
function openWindow(known: unknown[] | Error = [], keep: () => void = () => {}) {
  const { later, pass } = createFakeLater();
  const remote = createFakeRemote({
    'notes.drafts': () => {
      if (known instanceof Error) throw known;
      return known;
    },
    'notes.keepDraft': keep,
  });
  const { store, start } = createDraftsStore(remote, later, 'school#amina');
  const written = () => remote.calls.filter(({ name }) => name === 'notes.keepDraft').map(({ input }) => input);
  return { pass, start, written, announce: remote.announce, drafts: () => store.getState() };
}
const heart = draftPlace('heart', null);
const of = 'school#amina';

it('has what was typed in an earlier window, under what is typed now', async () => {
  const { drafts, start } = openWindow([
    { lessonId: 'heart', noteId: null, text: 'why the left', atMs: 4000 },
    { lessonId: 'heart', noteId: 'one', text: 'old', atMs: 1 },
    { lessonId: 'heart', noteId: 'two', text: 'given up', atMs: 1 },
  ]);
  start();
  drafts().keep(draftPlace('heart', 'one'), { text: 'newer', atMs: 2 });
  drafts().drop(draftPlace('heart', 'two'));
  await settle();
  expect([...drafts().byPlace]).toEqual([[heart, { text: 'why the left', atMs: 4000 }], [draftPlace('heart', 'one'), { text: 'newer', atMs: 2 }]]);
});

it('is written down at a whole millisecond, wherever the picture stood: main takes no other', () => {
  const { drafts, start, pass, written } = openWindow();
  start();
  drafts().keep(heart, { text: 'why', atMs: 30_000.416 });
  pass(writeEveryMs);
  expect(written()).toEqual([{ of, lessonId: 'heart', noteId: null, draft: { text: 'why', atMs: 30_000 } }]);
  expect(() => calls['notes.keepDraft'].input.parse(written()[0])).not.toThrow();
});

it('is written down for its student by and by while one types, and at once when it is given up or the window closes', () => {
  const { drafts, start, pass, written } = openWindow();
  const stop = start();
  for (const text of ['w', 'wh', 'why']) drafts().keep(heart, { text, atMs: 3 });
  expect(written()).toEqual([]);
  pass(writeEveryMs);
  expect(written()).toEqual([{ of, lessonId: 'heart', noteId: null, draft: { text: 'why', atMs: 3 } }]);
  drafts().keep(draftPlace('heart', 'one'), { text: 'changed', atMs: 1 });
  drafts().keep(heart, { text: 'why the', atMs: 3 });
  drafts().drop(heart);
  expect(written().at(-1)).toEqual({ of, lessonId: 'heart', noteId: null, draft: null });
  stop();
  expect(written().at(-1)).toEqual({ of, lessonId: 'heart', noteId: 'one', draft: { text: 'changed', atMs: 1 } });
  pass(writeEveryMs);
  expect(written()).toHaveLength(3);
});

it('holds a draft until the window closes when main neither knows nor keeps any', async () => {
  const refuse = () => {
    throw new TeachifyError('disk_full', 'no room');
  };
  const { drafts, start, pass } = openWindow(new TeachifyError('locked', 'behind the lock'), refuse);
  start();
  drafts().keep(heart, { text: 'b', atMs: 0 });
  pass(writeEveryMs);
  await settle();
  expect(drafts().byPlace.get(heart)?.text).toBe('b');
});

it('what main had no room for is here still when the student is back, and is written down at the next end', async () => {
  let isFull = true;
  const { drafts, start, pass, written } = openWindow([{ lessonId: 'heart', noteId: null, text: 'older', atMs: 1 }], () => {
    if (isFull) throw new TeachifyError('disk_full', 'no room');
  });
  const stop = start();
  await settle();
  drafts().keep(heart, { text: 'why the left', atMs: 1 });
  pass(writeEveryMs);
  await settle();
  stop();
  const stopAgain = start();
  await settle();
  expect(drafts().byPlace.get(heart)?.text).toBe('why the left');
  isFull = false;
  const count = written().length;
  stopAgain();
  expect(written().slice(count)).toEqual([{ of, lessonId: 'heart', noteId: null, draft: { text: 'why the left', atMs: 1 } }]);
  await settle();
  const stopLast = start();
  await settle();
  stopLast();
  expect(written()).toHaveLength(count + 1);
});

it('is written down before the app ends or the machine sleeps, not only when the page goes: main takes nothing by then', () => {
  const { drafts, start, announce, written } = openWindow();
  const stop = start();
  drafts().keep(heart, { text: 'why the', atMs: 3 });
  announce('shell.suspending', {});
  expect(written()).toEqual([{ of, lessonId: 'heart', noteId: null, draft: { text: 'why the', atMs: 3 } }]);
  stop();
  expect(written()).toHaveLength(1);
  drafts().keep(heart, { text: 'of another sitting', atMs: 3 });
  announce('shell.suspending', {});
  expect(written()).toHaveLength(1);
});
