import { TeachifyError } from '../../../shared/errors.ts';
import type { KeyWrapper } from '../../base/key-wrapper.ts';
import type { Connection } from '../../database/connection.ts';
import { guarded } from '../../database/failures.ts';
import type { Keeper } from '../ports.ts';
import type { Fetcher } from './fetcher.ts';
import { foreignSchema, unwrapBytes, wrapBytes, type Foreign } from './foreign-lessons.ts';

/** Whether a key was wiped, or cannot be read any more. */
export function lacksKeys(wrapper: KeyWrapper, lessonId: string, { renditions }: Foreign): boolean {
  return keysOf(renditions).some((key) => unwrapBytes(wrapper, lessonId, key.wrapped) === null);
}

/** The lesson with its keys asked for anew, each once; nothing else crosses the line. Throws not_found for one whose address was not kept, and as the line does. */
export async function askKeys({ fetcher, wrapper }: { readonly fetcher: Fetcher; readonly wrapper: KeyWrapper }, lessonId: string, foreign: Foreign, signal: AbortSignal | undefined): Promise<Foreign> {
  const fresh = new Map<string, string>();
  for (const { url } of keysOf(foreign.renditions)) {
    if (url === null) throw new TeachifyError('not_found', 'Nobody knows any more where this key lies');
    if (!fresh.has(url)) fresh.set(url, wrapBytes(wrapper, lessonId, await fetcher.key(url, signal)));
  }
  return withKeys(foreign, ({ url }) => fresh.get(url ?? '') ?? null);
}

export function withoutKeys(foreign: Foreign): Foreign {
  return withKeys(foreign, () => null);
}

/**
 * Wipes the keys of all lessons from elsewhere but those that one of `keepers` took home, from the file as well (the connection
 * overwrites what it deletes). The lessons stay as they are described, and their bytes.
 */
export async function wipeKeys(db: Connection, keepers: readonly Keeper[]): Promise<void> {
  const claimed = db.prepare<[string, string], unknown>('SELECT 1 FROM claims WHERE account = ? AND lesson_id = ? LIMIT 1');
  const isKept = (server: string, lessonId: string) => keepers.some((keeper) => keeper.server === server && claimed.get(keeper.id, lessonId) !== undefined);
  const unsigned = db.prepare<[], { server: string; lesson_id: string; payload: string }>('SELECT server, lesson_id, payload FROM lesson_contents WHERE signature IS NULL');
  const save = db.prepare('UPDATE lesson_contents SET payload = ? WHERE server = ? AND lesson_id = ?');
  const wipe = () => {
    for (const { server, lesson_id: lessonId, payload } of unsigned.all()) {
      const foreign = foreignSchema.safeParse(JSON.parse(payload)).data;
      if (foreign && !isKept(server, lessonId)) save.run(JSON.stringify(withoutKeys(foreign)), server, lessonId);
    }
  };
  guarded('content', () => db.transaction(wipe).immediate());
  // What was wiped must not go on lying in the write-ahead log.
  guarded('content', () => db.pragma('wal_checkpoint(TRUNCATE)'));
}

type StoredKey = NonNullable<Foreign['renditions'][number]['parts'][number]['key']>;

function keysOf(renditions: Foreign['renditions']): StoredKey[] {
  return renditions.flatMap(({ parts }) => parts.flatMap(({ key }) => (key ? [key] : [])));
}

function withKeys(foreign: Foreign, wrapped: (key: StoredKey) => string | null): Foreign {
  const renditions = foreign.renditions.map((rendition) => ({
    ...rendition,
    parts: rendition.parts.map((part) => ({ ...part, key: part.key && { ...part.key, wrapped: wrapped(part.key) } })),
  }));
  return { ...foreign, renditions };
}
