import { expect, it } from 'vitest';
import { moveDrafts } from '../../../src/renderer/move-drafts.ts';
import { calls } from '../../../src/shared/contracts/bridge.ts';
import { TeachifyError } from '../../../src/shared/errors.ts';
import { createFakeRemote } from './fake-remote.ts';

function shelf(content: string) {
  let kept: string | null = content;
  return { getItem: () => kept, setItem: (_: string, value: string) => void (kept = value), removeItem: () => void (kept = null) };
}
const old = JSON.stringify([['school#amina\nheart\n', { text: 'why', atMs: 4 }], 7, ['a', null], ['school#ben\nheart\none', { text: 'mine', atMs: 1 }]]);

it('hands everybody’s drafts to main as theirs, and leaves none in the page', async () => {
  const remote = createFakeRemote({});
  const before = shelf(old);
  await moveDrafts(before, remote);
  expect(remote.calls.map(({ input }) => input)).toEqual([
    { of: 'school#amina', lessonId: 'heart', noteId: null, draft: { text: 'why', atMs: 4 } },
    { of: 'school#ben', lessonId: 'heart', noteId: 'one', draft: { text: 'mine', atMs: 1 } },
  ]);
  expect(before.getItem()).toBeNull();
});

it.each(['', '{', 'null', '{"a":1}'])('of %j nothing can be read, and nothing stays', async (content) => {
  const before = shelf(content);
  await moveDrafts(before, createFakeRemote({}));
  expect(before.getItem()).toBeNull();
});

it.each([
  ['disk_full', old],
  ['bad_request', null],
] as const)('what main refuses (%s) stays for the next window unless it never fits', async (code, stays) => {
  const refuse = () => {
    throw new TeachifyError(code, 'refused');
  };
  const before = shelf(old);
  await moveDrafts(before, createFakeRemote({ 'notes.keepDraft': refuse }));
  expect(before.getItem()).toBe(stays);
});

it('a moment that earlier versions kept as the picture stood fits what main takes', async () => {
  const remote = createFakeRemote({});
  await moveDrafts(shelf(JSON.stringify([['school#amina\nheart\n', { text: 'why', atMs: 30_000.416 }]])), remote);
  expect(remote.calls.map(({ input }) => calls['notes.keepDraft'].input.parse(input))).toEqual([
    { of: 'school#amina', lessonId: 'heart', noteId: null, draft: { text: 'why', atMs: 30_000 } },
  ]);
});

it('what main took is not handed over once more, over what was typed since', async () => {
  const entries = [['school#amina\nheart\n', { text: 'why', atMs: 4 }], ['school#ben\nheart\none', { text: 'mine', atMs: 1 }]];
  let room = 1;
  const remote = createFakeRemote({
    'notes.keepDraft': () => {
      if (room-- === 0) throw new TeachifyError('disk_full', 'no room');
    },
  });
  const before = shelf(JSON.stringify(entries));
  await moveDrafts(before, remote);
  expect(JSON.parse(before.getItem() ?? 'null')).toEqual(entries.slice(1));
});
