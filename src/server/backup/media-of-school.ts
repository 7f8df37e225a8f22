import { fromWire } from '../../shared/api/codec.ts';
import { manifestSchema, type PublishedFile } from '../../shared/models/manifest.ts';
import type { Store } from '../store/database.ts';

/** The name of every published file that a school's database speaks of, those of earlier revisions included. */
export async function mediaOfSchool(store: Store): Promise<string[]> {
  const lessons = await store.selectFrom('lessons').select(['manifest', 'plain_sha256', 'poster_sha256']).execute();
  const courses = await store.selectFrom('courses').select('poster_sha256').execute();
  const attachments = await store.selectFrom('attachments').select('file').execute();
  const published = await store.selectFrom('published_files').select(['sha256', 'piece_table']).execute();
  const names = [
    ...lessons.flatMap(({ manifest, plain_sha256: plain, poster_sha256: poster }) => [...filesOf(manifest), plain, poster]),
    ...courses.map(({ poster_sha256: poster }) => poster),
    ...attachments.map(({ file }) => (JSON.parse(file) as PublishedFile).sha256),
    ...published.flatMap(({ sha256, piece_table: table }) => [sha256, table === null ? null : (JSON.parse(table) as PublishedFile).sha256]),
  ];
  return [...new Set(names.filter((name) => name !== null))].toSorted();
}

function filesOf(text: string | null): string[] {
  if (text === null) return [];
  const { renditions, sideFiles } = fromWire(manifestSchema, JSON.parse(text));
  return [...renditions.flatMap(({ file, pieceTable }) => [file.sha256, pieceTable.sha256]), ...sideFiles.map(({ file }) => file.sha256)];
}
