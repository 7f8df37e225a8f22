import { isTeachifyError } from '../shared/errors.ts';
import type { Remote } from './bridge.ts';

const shelfName = 'drafts';

/**
 * Earlier versions kept everybody's drafts in the window's local storage, by `account\nlesson\nnote`. They are handed to main,
 * each as its student's, and leave the page one by one: none comes a second time, over what was typed since. What main does not take
 * now waits for the next window.
 */
export async function moveDrafts(shelf: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>, remote: Pick<Remote, 'call'>): Promise<void> {
  const stored = shelf.getItem(shelfName);
  if (stored === null) return;
  let left = entriesOf(stored);
  for (const entry of left) {
    const [place, { text, atMs }] = entry;
    const [of = '', lessonId = '', noteId = ''] = place.split('\n');
    // They kept the moment as the picture stood, with fractions of a millisecond.
    const draft = { of, lessonId, noteId: noteId === '' ? null : noteId, draft: { text, atMs: Math.round(atMs) } };
    const refused = await remote.call('notes.keepDraft', draft).then(() => null, (error: unknown) => error);
    if (refused && !isTeachifyError(refused, 'bad_request')) continue;
    left = left.filter((other) => other !== entry);
    shelf.setItem(shelfName, JSON.stringify(left));
  }
  if (left.length === 0) shelf.removeItem(shelfName);
}

type Entry = [place: string, draft: { text: string; atMs: number }];

/** Without a schema library, which the first screen does without: what is no draft is left out. */
function entriesOf(stored: string): Entry[] {
  try {
    const found = JSON.parse(stored) as unknown;
    return Array.isArray(found) ? found.filter(isEntry) : [];
  } catch {
    return [];
  }
}

function isEntry(entry: unknown): entry is Entry {
  if (!Array.isArray(entry) || typeof entry[0] !== 'string') return false;
  const draft = entry[1] as { text?: unknown; atMs?: unknown } | null;
  return typeof draft?.text === 'string' && typeof draft.atMs === 'number';
}
