import { notFound } from '../errors.ts';
import type { MediaStorage } from '../storage/ports.ts';
import type { Store } from '../store/database.ts';

export interface MediaKind {
  /** A picture's media type; null of what is bytes to everyone. */
  readonly picture: string | null;
  /** A film in clear, which only the enrolled may have. */
  readonly isPrivate: boolean;
}

/** Far more than a school has asked for at a time. */
const remembered = 20_000;

/**
 * What a published file is, by its name. Asked with each range of each lesson, and never another answer: so it is remembered.
 * Throws not_found for a file that is not there, of which nothing is remembered: it may come yet, as a film.
 */
export function createMediaKinds(store: Store, media: Pick<MediaStorage, 'size'>): (sha256: string) => Promise<MediaKind> {
  const known = new Map<string, Promise<MediaKind>>();
  return (sha256) => {
    const found = known.get(sha256);
    if (found) return found;
    const asked = ask(store, media, sha256);
    if (known.size >= remembered) known.clear();
    known.set(sha256, asked);
    asked.catch(() => known.delete(sha256));
    return asked;
  };
}

/** The film, when no lesson is of it: then nobody is kept from it any more, and it has to go. */
export async function unnamedFilm(store: Store, sha256: string | null): Promise<string[]> {
  if (sha256 === null) return [];
  return (await isNamedFilm(store, sha256)) ? [] : [sha256];
}

export async function isNamedFilm(store: Store, sha256: string): Promise<boolean> {
  return (await store.selectFrom('lessons').select('id').where('plain_sha256', '=', sha256).executeTakeFirst()) !== undefined;
}

async function ask(store: Store, media: Pick<MediaStorage, 'size'>, sha256: string): Promise<MediaKind> {
  if ((await media.size(sha256)) === null) throw notFound('File');
  const course = await store.selectFrom('courses').select('poster_type as type').where('poster_sha256', '=', sha256).executeTakeFirst();
  const lesson = course ?? (await store.selectFrom('lessons').select('poster_type as type').where('poster_sha256', '=', sha256).executeTakeFirst());
  const film = await store.selectFrom('lessons').select('id').where('plain_sha256', '=', sha256).executeTakeFirst();
  return { picture: lesson?.type ?? null, isPrivate: film !== undefined };
}
