import type { FileDescription, FileId, LessonContent, PieceStore } from '../ports.ts';

/**
 * Takes over from an older description of a lesson from elsewhere the parts that a newer one still names: the same path, stretch,
 * length and strong validator. What has no validator may be anything now, and is fetched.
 */
export async function takeOverSameParts(store: Pick<PieceStore, 'takeOver'>, before: readonly FileDescription[], after: LessonContent): Promise<void> {
  const known = new Map<string, { readonly fileId: FileId; readonly piece: number }>();
  for (const file of before) namesOf(file).forEach((name, piece) => name !== null && known.set(name, { fileId: file.id, piece }));
  for (const file of after.files.values()) {
    const same = namesOf(file).flatMap((name, piece) => {
      const from = name === null ? undefined : known.get(name);
      return from ? [{ piece, from }] : [];
    });
    await store.takeOver(file.id, same);
  }
}

/** What tells each part from every other; null where nothing does. Queries are left out, as in the file's own name. */
function namesOf({ origin, pieces }: FileDescription): (string | null)[] {
  if (origin.kind !== 'elsewhere') return [];
  return origin.places.map(({ url, offset, total, etag }, piece) => (etag === null ? null : JSON.stringify([url.split('?', 1)[0], offset, pieces[piece]?.length, total, etag])));
}
