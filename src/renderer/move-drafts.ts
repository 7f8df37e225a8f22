import { isTeachifyError } from '../shared/errors.ts';
import type { Remote } from './bridge.ts';

const shelfName = 'drafts';

/**
 * Earlier versions kept everybody's drafts in the window's local storage, by `account\nlesson\nnote`. They are handed to main,
 * each as its student's, and leave the page; what main does not take now waits for the next window.
 */
export async function moveDrafts(shelf: Pick<Storage, 'getItem' | 'removeItem'>, remote: Pick<Remote, 'call'>): Promise<void> {
  const stored = shelf.getItem(shelfName);
  if (stored === null) return;
  for (const [place, { text, atMs }] of entriesOf(stored)) {
    const [of = '', lessonId = '', noteId = ''] = place.split('\n');
    const draft = { of, lessonId, noteId: noteId === '' ? null : noteId, draft: { text, atMs } };
    const refused = await remote.call('notes.keepDraft', draft).then(() => null, (error: unknown) => error);
    if (refused && !isTeachifyError(refused, 'bad_request')) return;
  }
  shelf.removeItem(shelfName);
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
