import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { toWire } from '../../shared/api/codec.ts';
import { TeachifyError } from '../../shared/errors.ts';
import { encodedLessonSchema, filesOf, type EncodedLesson, type EncodedRendition } from '../../shared/models/encoded-lesson.ts';
import { manifestSchema, type Manifest, type Rendition, type SideFile } from '../../shared/models/manifest.ts';
import type { MediaStorage } from '../storage/ports.ts';
import type { Store } from '../store/database.ts';
import { inTransaction, takeTurn } from '../store/transactions.ts';
import { attachmentsOf } from './attachments.ts';
import { touchCourse } from './catalog-changes.ts';
import { bitRatesOf } from './bit-rates.ts';
import { contentKeyOf } from './content-key.ts';
import { atOnce, type Endure } from './endurance.ts';
import { bindLoose, giveUpNow, loosen, ownFilesIn, ownFilesOf, removeDoomed, type Doomed } from './loose-media.ts';
import { isNamedFilm } from './media-kinds.ts';
import { areRemembered, hashFile, isKeyOf, PublishedFiles, RemovedMeanwhile } from './published-files.ts';
import type { SchoolKeys } from './school-keys.ts';

export interface Publication {
  /** Publishes the lesson of an encoder's folder, or a new revision of it. False when nothing changed. Whole or not at all, also when an outage is endured in between. */
  publish(folder: string, how?: Publishing): Promise<boolean>;
  /** Puts a clear picture among the media. */
  publishPicture(file: string): Promise<{ sha256: string; type: string }>;
}

interface Publishing {
  readonly endure?: Endure;
  /** Nothing is published after it. */
  readonly signal?: AbortSignal | undefined;
  /** The timeline of the lesson that this is a further revision of; when that is not there any more it throws conflict. */
  readonly of?: string | undefined;
}

interface Dependencies {
  readonly store: Store;
  readonly media: MediaStorage;
  readonly keys: SchoolKeys;
  readonly now: () => number;
}

export function createPublication({ store, media, keys, now }: Dependencies): Publication {
  const publishPicture = async (file: string) => {
    const bytes = await readFile(file);
    const type = mimeTypeOf(file);
    return { sha256: (await media.put([bytes], { type })).sha256, type };
  };
  return {
    publishPicture,
    publish: async (folder, { endure = atOnce, signal, of } = {}) => {
      const text = await readFile(join(folder, 'lesson.json'), 'utf8');
      const lesson = encodedLessonSchema.parse(JSON.parse(text));
      const sourceHash = await hashSource(folder, lesson, text);
      const keyIds = new Map<string, string>();
      for (let attempt = 1; attempt < mostAttempts; attempt += 1) {
        const outcome = await endure(() => publishOn({ store, media, keys, now }, { folder, lesson, sourceHash, keyIds, signal, of }, publishPicture).catch(overtakenByRemoval));
        if (outcome !== 'overtaken') return outcome === 'published';
      }
      throw new Error(`The lesson ${lesson.id} is published by somebody else again and again`);
    },
  };
}

const mostAttempts = 10;

/** It comes again by the lesson's new key, if it has a place still. */
function overtakenByRemoval(error: unknown): 'overtaken' {
  if (error instanceof RemovedMeanwhile) return 'overtaken';
  throw error;
}

/** What is to be published; the same at each attempt. */
interface Draft extends Pick<Publishing, 'signal' | 'of'> {
  readonly folder: string;
  readonly lesson: EncodedLesson;
  readonly sourceHash: string;
  /** Of the keys drawn so far, by what they encrypt: begun again, a file comes out with the same bytes and is there already. */
  readonly keyIds: Map<string, string>;
}

/** `overtaken` when another revision came meanwhile: its files are known now, and what is left is the next revision. */
async function publishOn({ store, media, keys, now }: Dependencies, { folder, lesson, sourceHash, keyIds, signal, of }: Draft, publishPicture: Publication['publishPicture']): Promise<'published' | 'unchanged' | 'overtaken'> {
  const before = await store.selectFrom('lessons').selectAll().where('id', '=', lesson.id).executeTakeFirst();
  requirePlace(before, lesson, of);
  if (before?.source_hash === sourceHash) return 'unchanged';

  const contentKey = await contentKeyOf(store, lesson.id);
  const files = new PublishedFiles({ store, media, now }, { lessonId: lesson.id, contentKey, keyIds });
  const poster = lesson.poster ? await publishPicture(join(folder, lesson.poster)) : null;
  const revision = (before?.revision ?? 0) + 1;
  const manifest = lesson.plainVideo ? null : await describe(folder, lesson, revision, files, poster, await attachmentsOf(store, lesson.id));
  const plain = lesson.plainVideo ? await media.put(createReadStream(join(folder, lesson.plainVideo)), { announce: (sha256) => loosen(store, lesson.id, [sha256], now()) }) : null;
  const payload = manifest ? JSON.stringify(toWire(manifest)) : null;
  const row = {
    id: lesson.id,
    course_id: lesson.courseId,
    position: lesson.position,
    title: lesson.title,
    description: lesson.description,
    duration_ms: lesson.durationMs,
    timeline_id: lesson.timelineId,
    revision,
    content_key: contentKey,
    manifest: payload,
    signature: payload ? await keys.signDetached(payload) : null,
    plain_sha256: plain?.sha256 ?? null,
    plain_bytes: plain?.bytes ?? null,
    ...{ video_url: null, video_bytes: null },
    poster_sha256: poster?.sha256 ?? null,
    poster_type: poster?.type ?? null,
    source_hash: sourceHash,
    published_at: now(),
  };
  signal?.throwIfAborted();
  let replaced: Doomed[] = [];
  const outcome = await inTransaction(store, async (db) => {
    replaced = [];
    await takeTurn(db, `lesson ${lesson.id}`);
    const current = await db.selectFrom('lessons').select(['revision', 'course_id', 'timeline_id']).where('id', '=', lesson.id).executeTakeFirst();
    requirePlace(current, lesson, of);
    if (current?.revision !== before?.revision || !(await isKeyOf(db, lesson.id, contentKey))) return 'overtaken';
    if (!(await bindFiles(db, lesson.id, { manifest, film: plain?.sha256 ?? null }))) {
      // What was swept away may be on its way out still: it comes again under other names.
      keyIds.clear();
      return 'overtaken';
    }
    const named = new Set(manifest ? ownFilesOf(manifest) : []);
    await loosen(db, lesson.id, ownFilesIn(before?.manifest).filter((sha256) => !named.has(sha256)), now());
    await db
      .insertInto('lessons')
      .values(row)
      .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
      .execute();
    replaced = await giveUpNow(db, lesson.id, before?.plain_sha256 ? [before.plain_sha256] : [], now());
    await touchCourse(db, lesson.courseId);
    return 'published';
  });
  await removeDoomed({ store, media, now }, replaced);
  return outcome;
}

/** False when one of them is not there any more, or going. */
async function bindFiles(db: Store, lessonId: string, { manifest, film }: { readonly manifest: Manifest | null; readonly film: string | null }): Promise<boolean> {
  if (film !== null && (await bindLoose(db, [film])) === 0 && !(await isNamedFilm(db, film))) return false;
  if (manifest === null) return true;
  // Attachments are bound by who attached them.
  const own = ownFilesOf({ ...manifest, sideFiles: manifest.sideFiles.filter(({ role }) => role !== 'attachment') });
  if (!(await areRemembered(db, lessonId, own))) return false;
  await bindLoose(db, own);
  return true;
}

/** Throws conflict for a lesson of another course, which may have come since this one was ordered: its key and attachments are that course's. */
export function requireOwnCourse(known: { readonly course_id: string } | undefined, { id, courseId }: Pick<EncodedLesson, 'id' | 'courseId'>): void {
  if (known && known.course_id !== courseId) throw new TeachifyError('conflict', `Lesson ${id} is in another course here`);
}

/** Whoever removes or replaces a lesson while it is made has the last word. */
function requirePlace(known: { readonly course_id: string; readonly timeline_id: string } | undefined, lesson: EncodedLesson, of: string | undefined): void {
  requireOwnCourse(known, lesson);
  if (of !== undefined && known?.timeline_id !== of) throw new TeachifyError('conflict', `Lesson ${lesson.id} was removed or replaced while it was made`);
}

async function describe(
  folder: string,
  lesson: EncodedLesson,
  revision: number,
  files: PublishedFiles,
  poster: { sha256: string; type: string } | null,
  attachments: readonly SideFile[],
): Promise<Manifest> {
  const renditions: Rendition[] = [];
  for (const encoded of lesson.renditions) renditions.push(await publishRendition(folder, lesson, encoded, files));
  const sideFiles: SideFile[] = [];
  for (const { language, file } of lesson.captions) {
    const published = await files.whole(await readFile(join(folder, file)));
    sideFiles.push({ role: 'captions', name: file, mimeType: 'text/vtt', language, file: published });
  }
  if (lesson.thumbnails) {
    const { list, sheet } = lesson.thumbnails;
    for (const [name, mimeType] of [[list, 'text/vtt'], [sheet, mimeTypeOf(sheet)]] as const) {
      sideFiles.push({ role: 'thumbnails', name, mimeType, language: null, file: await files.whole(await readFile(join(folder, name))) });
    }
  }
  if (poster && lesson.poster) {
    const bytes = (await readFile(join(folder, lesson.poster))).length;
    sideFiles.push({ role: 'poster', name: lesson.poster, mimeType: poster.type, language: null, file: { sha256: poster.sha256, bytes, keyId: null } });
  }
  return manifestSchema.parse({
    format: 'teachify-manifest/1',
    lessonId: lesson.id,
    revision,
    timelineId: lesson.timelineId,
    durationMs: lesson.durationMs,
    renditions,
    sideFiles: [...sideFiles, ...attachments],
    chapters: lesson.chapters,
  });
}

async function publishRendition(folder: string, lesson: EncodedLesson, encoded: EncodedRendition, files: PublishedFiles): Promise<Rendition> {
  const { id, kind, codecs, quality, width, height, frameRate } = encoded;
  const { file, pieceTable } = await files.rendition(join(folder, encoded.file), encoded);
  if (!pieceTable) throw new Error(`Rendition ${id} of ${lesson.id} was remembered without its piece table`);
  return {
    ...{ id, kind, codecs, quality, width, height, frameRate, file, pieceTable },
    language: kind === 'audio' ? lesson.language : null,
    ...bitRatesOf(encoded.segments),
  };
}

async function hashSource(folder: string, lesson: EncodedLesson, text: string): Promise<string> {
  const hash = createHash('sha256').update(text);
  for (const name of filesOf(lesson)) hash.update(await hashFile(join(folder, name)));
  return hash.digest('hex');
}

function mimeTypeOf(file: string): string {
  const types: Record<string, string> = { '.jpg': 'image/jpeg', '.jpeg': 'image/jpeg', '.png': 'image/png', '.webp': 'image/webp' };
  const type = types[extname(file).toLowerCase()];
  if (!type) throw new Error(`Not a picture: ${file}`);
  return type;
}
