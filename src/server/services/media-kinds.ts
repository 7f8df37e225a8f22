import type { Store } from '../store/database.ts';

export interface MediaKind {
  /** A picture's media type; null of what is bytes to everyone. */
  readonly picture: string | null;
  /** A film in clear, which only the enrolled may have. */
  readonly isPrivate: boolean;
}

/** Far more than a school has asked for at a time. */
const remembered = 20_000;

/** What a published file is, by its name. Asked with each range of each lesson, and never another answer: so it is remembered. */
export function createMediaKinds(store: Store): (sha256: string) => Promise<MediaKind> {
  const known = new Map<string, Promise<MediaKind>>();
  return (sha256) => {
    const found = known.get(sha256);
    if (found) return found;
    const asked = ask(store, sha256);
    if (known.size >= remembered) known.clear();
    known.set(sha256, asked);
    asked.catch(() => known.delete(sha256));
    return asked;
  };
}

async function ask(store: Store, sha256: string): Promise<MediaKind> {
  const course = await store.selectFrom('courses').select('poster_type as type').where('poster_sha256', '=', sha256).executeTakeFirst();
  const lesson = course ?? (await store.selectFrom('lessons').select('poster_type as type').where('poster_sha256', '=', sha256).executeTakeFirst());
  const film = await store.selectFrom('lessons').select('id').where('plain_sha256', '=', sha256).executeTakeFirst();
  return { picture: lesson?.type ?? null, isPrivate: film !== undefined };
}
