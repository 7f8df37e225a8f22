import { expect, it } from 'vitest';
import { createDraftsStore } from '../../../../src/renderer/stores/drafts-store.ts';

function shelf(content: string | null = null) {
  let kept = content;
  return { getItem: () => kept, setItem: (_name: string, value: string) => void (kept = value) };
}

it('keeps what was typed for the next window', () => {
  const shared = shelf();
  const before = createDraftsStore(shared).getState();
  before.keep('amina/heart', { text: 'why the left', atMs: 4000 });
  before.keep('amina/heart/one', { text: 'changed', atMs: 1 });
  before.drop('amina/heart/one');
  const { byPlace } = createDraftsStore(shared).getState();
  expect([...byPlace]).toEqual([['amina/heart', { text: 'why the left', atMs: 4000 }]]);
});

it('leaves out what is no draft, and begins with none where nothing can be read', () => {
  for (const content of ['', '{', 'null', '{"a":1}', '[1,["a"],["a",null],["a",{"text":1,"atMs":1}]]']) expect(createDraftsStore(shelf(content)).getState().byPlace.size).toBe(0);
  expect([...createDraftsStore(shelf('[["a",{"text":"b","atMs":2}],7]')).getState().byPlace.keys()]).toEqual(['a']);
});

it('holds a draft until the window closes when there is no room to keep it', () => {
  const full = {
    getItem: () => null,
    setItem: () => {
      throw new DOMException('no room', 'QuotaExceededError');
    },
  };
  const store = createDraftsStore(full);
  store.getState().keep('a', { text: 'b', atMs: 0 });
  expect(store.getState().byPlace.get('a')?.text).toBe('b');
});
