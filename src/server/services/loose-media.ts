import { fromWire } from '../../shared/api/codec.ts';
import { TeachifyError } from '../../shared/errors.ts';
import { manifestSchema, type Manifest, type PublishedFile } from '../../shared/models/manifest.ts';
import type { MediaStorage } from '../storage/ports.ts';
import type { Store } from '../store/database.ts';
import { inTransaction, takeTurn } from '../store/transactions.ts';

/** So long nobody's files stay: as long as a lease, so that who is taking an earlier revision home gets all of it, and as long as an order may be tried again. */
export const looseMs = 30 * 24 * 60 * 60 * 1000;
/** Whoever was about to remove a file and has not in so long was killed over it. */
const removingMs = 60 * 60 * 1000;
/** In one sweep; what is left waits for the next. */
const mostAtOnce = 1000;

/**
 * Writes down that no lesson names these files of a lesson: not yet, or not any more. What is written again is loose from then on.
 * Throws server_error, to be tried again, while one of them is being removed.
 */
export async function loosen(db: Store, lessonId: string, names: readonly string[], since: number): Promise<void> {
  for (const sha256 of names) {
    const { numInsertedOrUpdatedRows } = await db
      .insertInto('loose_media')
      .values({ sha256, lesson_id: lessonId, since, doomed_at: null })
      .onConflict((conflict) => conflict.column('sha256').doUpdateSet({ lesson_id: lessonId, since }).where('loose_media.doomed_at', 'is', null))
      .executeTakeFirst();
    if (!numInsertedOrUpdatedRows) throw new TeachifyError('server_error', 'This file is just being removed', { retryAfter: 5 });
  }
}

/** Those of these files that are loose are so from now on. @returns how many are, and not given up */
export async function holdLoose(db: Store, names: readonly string[], since: number): Promise<number> {
  const { numUpdatedRows } = await db.updateTable('loose_media').set({ since }).where('sha256', 'in', [...names]).where('doomed_at', 'is', null).executeTakeFirst();
  return Number(numUpdatedRows);
}

/** A lesson names them now. @returns how many of them were loose, and not given up */
export async function bindLoose(db: Store, names: readonly string[]): Promise<number> {
  if (names.length === 0) return 0;
  const { numDeletedRows } = await db.deleteFrom('loose_media').where('sha256', 'in', [...names]).where('doomed_at', 'is', null).executeTakeFirst();
  return Number(numDeletedRows);
}

/** What a manifest names of its lesson alone: all but pictures in clear, which other lessons may show too. */
export function ownFilesOf({ renditions, sideFiles }: Pick<Manifest, 'renditions' | 'sideFiles'>): string[] {
  return [...renditions.flatMap(({ file, pieceTable }) => [file.sha256, pieceTable.sha256]), ...sideFiles.filter(({ file }) => file.keyId !== null).map(({ file }) => file.sha256)];
}

/** The same of a manifest as it was signed; nothing of a lesson that has none. */
export function ownFilesIn(payload: string | null | undefined): string[] {
  return payload ? ownFilesOf(fromWire(manifestSchema, JSON.parse(payload))) : [];
}

/** A file that is being removed, by who wrote this down last. */
export interface Doomed {
  readonly sha256: string;
  readonly doomedAt: number;
}

/** Gives files of a lesson up at once that are nobody's by now, in the transaction that took them from it. @returns those for `removeDoomed`, after it */
export async function giveUpNow(db: Store, lessonId: string, names: readonly string[], now: number): Promise<Doomed[]> {
  if (names.length === 0) return [];
  await loosen(db, lessonId, names, 0);
  return giveUp(db, lessonId, { names, looseBefore: 0, now });
}

interface Dependencies {
  readonly store: Store;
  readonly media: Pick<MediaStorage, 'remove'>;
  readonly now: () => number;
  /** Ends it between two files. */
  readonly signal: AbortSignal;
}

/** Removes them; what is left, since it was ended or the storage is away, goes with a sweep. @returns how many went */
export async function removeDoomed({ store, media, now, signal }: Omit<Dependencies, 'signal'> & Partial<Dependencies>, doomed: readonly Doomed[]): Promise<number> {
  let removed = 0;
  for (const { sha256, doomedAt } of doomed) {
    if (signal?.aborted) break;
    // Another server may have taken it over from one that was so long at it, and a lesson have brought a film again since.
    const mine = now();
    const { numUpdatedRows } = await store.updateTable('loose_media').set({ doomed_at: mine }).where('sha256', '=', sha256).where('doomed_at', '=', doomedAt).executeTakeFirst();
    if (!numUpdatedRows) continue;
    await media.remove(sha256);
    await store.deleteFrom('loose_media').where('sha256', '=', sha256).where('doomed_at', '=', mine).execute();
    removed += 1;
  }
  return removed;
}

/**
 * Removes what has been nobody's for a month, file by file, beside other servers that do the same and whoever publishes: a file is
 * given up in the turn of its lesson, and none that was given up is published. @returns how many
 */
export async function sweepLooseMedia({ store, media, now, signal }: Dependencies): Promise<number> {
  // While the media are moved, one that goes here would stay there for ever.
  if (await store.selectFrom('media_copies').select('sha256').executeTakeFirst()) return 0;
  const time = now();
  const looseBefore = time - looseMs;
  const due = await store
    .selectFrom('loose_media')
    .select(['lesson_id', 'sha256', 'doomed_at'])
    // A clock may have been ahead.
    .where((eb) => eb.or([eb.and([eb('doomed_at', 'is', null), eb('since', '<=', looseBefore)]), eb('doomed_at', '<=', time - removingMs), eb('doomed_at', '>=', time + removingMs)]))
    .orderBy('since')
    .limit(mostAtOnce)
    .execute();
  let removed = 0;
  for (const [lessonId, rows] of Map.groupBy(due, ({ lesson_id }) => lesson_id)) {
    if (signal.aborted) break;
    const abandoned = rows.flatMap(({ sha256, doomed_at: doomedAt }) => (doomedAt === null ? [] : [{ sha256, doomedAt }]));
    const names = rows.filter(({ doomed_at: doomedAt }) => doomedAt === null).map(({ sha256 }) => sha256);
    const doomed = names.length === 0 ? [] : await inTransaction(store, (db) => giveUp(db, lessonId, { names, looseBefore, now: now() }));
    removed += await removeDoomed({ store, media, now, signal }, [...abandoned, ...doomed]);
  }
  return removed;
}

interface GivingUp {
  readonly names: readonly string[];
  readonly looseBefore: number;
  readonly now: number;
}

/** @returns those of the files that are nobody's still, and this server's to remove */
async function giveUp(db: Store, lessonId: string, { names, looseBefore, now }: GivingUp): Promise<Doomed[]> {
  await takeTurn(db, `lesson ${lessonId}`);
  const rows = await db
    .updateTable('loose_media')
    .set({ doomed_at: now })
    .where('sha256', 'in', [...names])
    .where('lesson_id', '=', lessonId)
    .where('doomed_at', 'is', null)
    .where('since', '<=', looseBefore)
    .returning('sha256')
    .execute();
  const named = await namedOf(db, lessonId, rows.map(({ sha256 }) => sha256));
  const doomed: string[] = [];
  for (const { sha256 } of rows) {
    if (named.has(sha256)) await db.deleteFrom('loose_media').where('sha256', '=', sha256).execute();
    else doomed.push(sha256);
  }
  const gone = new Set(doomed);
  const known = await db.selectFrom('published_files').select(['plain_sha256', 'sha256', 'piece_table']).where('lesson_id', '=', lessonId).execute();
  for (const { plain_sha256: plain, sha256, piece_table: table } of known) {
    if (!gone.has(sha256) && !(table && gone.has((JSON.parse(table) as PublishedFile).sha256))) continue;
    await db.deleteFrom('published_files').where('lesson_id', '=', lessonId).where('plain_sha256', '=', plain).execute();
  }
  return doomed.map((sha256) => ({ sha256, doomedAt: now }));
}

/** Every other lesson's files have other keys; a film in clear may be of several. */
async function namedOf(db: Store, lessonId: string, names: readonly string[]): Promise<ReadonlySet<string>> {
  if (names.length === 0) return new Set();
  const lesson = await db.selectFrom('lessons').select('manifest').where('id', '=', lessonId).executeTakeFirst();
  const attached = await db.selectFrom('attachments').select('file').where('lesson_id', '=', lessonId).execute();
  const films = await db.selectFrom('lessons').select('plain_sha256').where('plain_sha256', 'in', [...names]).execute();
  return new Set([...ownFilesIn(lesson?.manifest), ...attached.map(({ file }) => (JSON.parse(file) as PublishedFile).sha256), ...films.flatMap(({ plain_sha256: film }) => film ?? [])]);
}
