import { createHash, randomUUID } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { EncodedRendition } from '../../shared/models/encoded-lesson.ts';
import type { PublishedFile } from '../../shared/models/manifest.ts';
import { encodePieceTable } from '../../shared/models/piece-table.ts';
import type { Content, MediaFile, MediaStorage } from '../storage/ports.ts';
import type { Store } from '../store/database.ts';
import { inTransaction, takeTurn } from '../store/transactions.ts';
import { deriveFileKey, encryptSegment, encryptWhole } from './encryption.ts';
import { holdLoose, loosen } from './loose-media.ts';

/** A published file remembered by what it was made of. */
interface Remembered {
  readonly file: PublishedFile;
  readonly pieceTable: PublishedFile | null;
}

/** The lesson was removed, and its key with it. */
export class RemovedMeanwhile extends Error {}

interface Dependencies {
  readonly store: Store;
  readonly media: MediaStorage;
  readonly now: () => number;
}

interface OfLesson {
  readonly lessonId: string;
  readonly contentKey: string;
  readonly keyIds: Map<string, string>;
}

/**
 * Encrypts and stores the files of one lesson; what was published before from the same bytes keeps key and bytes. All of them are
 * loose until a manifest names them.
 */
export class PublishedFiles {
  readonly #store: Store;
  readonly #media: MediaStorage;
  readonly #now: () => number;
  readonly #lessonId: string;
  readonly #contentKey: string;
  readonly #keyIds: Map<string, string>;

  constructor({ store, media, now }: Dependencies, { lessonId, contentKey, keyIds }: OfLesson) {
    this.#store = store;
    this.#media = media;
    this.#now = now;
    this.#lessonId = lessonId;
    this.#contentKey = contentKey;
    this.#keyIds = keyIds;
  }

  async whole(plain: Uint8Array): Promise<PublishedFile> {
    const { file } = await this.#once(sha256(plain), async (keyId, key) => {
      const { sha256: name, bytes } = await this.#put([encryptWhole(key, plain)]);
      return { file: { sha256: name, bytes, keyId }, pieceTable: null };
    });
    return file;
  }

  async rendition(path: string, encoded: EncodedRendition): Promise<Remembered> {
    return this.#once(await hashFile(path), async (keyId, key) => {
      const pieces: { length: number; durationUs: number; sha256: Uint8Array }[] = [];
      const source = await open(path, 'r');
      const listed = (piece: Uint8Array, durationUs: number) => {
        pieces.push({ length: piece.length, durationUs, sha256: createHash('sha256').update(piece).digest() });
        return piece;
      };
      async function* encrypted() {
        yield listed(await readAt(source, 0, encoded.initBytes), 0);
        for (const [index, { offset, bytes, durationUs }] of encoded.segments.entries()) {
          yield listed(encryptSegment(key, index + 1, await readAt(source, offset, bytes)), durationUs);
        }
      }
      const stored = await this.#put(encrypted()).finally(() => source.close());
      const table = encodePieceTable(pieces);
      const pieceTable = await this.#put([table]);
      return { file: { ...stored, keyId }, pieceTable: { ...pieceTable, keyId: null } };
    });
  }

  #put(content: Content): Promise<MediaFile> {
    return this.#media.put(content, { announce: (sha256) => loosen(this.#store, this.#lessonId, [sha256], this.#now()) });
  }

  async #once(plainSha256: string, make: (keyId: string, key: Uint8Array) => Promise<Remembered>): Promise<Remembered> {
    const known = await this.#hold(plainSha256);
    if (known) return known;
    const keyId = this.#keyIds.get(plainSha256) ?? randomUUID();
    this.#keyIds.set(plainSha256, keyId);
    const made = await make(keyId, deriveFileKey(this.#contentKey, keyId));
    const outcome = await this.#remember(plainSha256, made);
    if (outcome === 'new') return made;
    if (outcome === 'swept') {
      // It may be on its way out still, so it comes again under another name.
      this.#keyIds.delete(plainSha256);
      return this.#once(plainSha256, make);
    }
    // Somebody else was first with the same file. It has a key of its own, so what was made here is nobody's.
    const theirs = await this.#hold(plainSha256);
    if (!theirs) throw new RemovedMeanwhile(`A published file of ${this.#lessonId} is neither new nor there`);
    if (theirs.file.sha256 === made.file.sha256) return theirs;
    await this.#media.remove(made.file.sha256);
    if (made.pieceTable && made.pieceTable.sha256 !== theirs.pieceTable?.sha256) await this.#media.remove(made.pieceTable.sha256);
    return theirs;
  }

  #remember(plainSha256: string, { file, pieceTable }: Remembered): Promise<'new' | 'known' | 'swept'> {
    return inTransaction(this.#store, async (db) => {
      await takeTurn(db, `lesson ${this.#lessonId}`);
      if (!(await isKeyOf(db, this.#lessonId, this.#contentKey))) throw new RemovedMeanwhile(`Lesson ${this.#lessonId} was removed while its files were made`);
      const names = namesOf({ file, pieceTable });
      if ((await holdLoose(db, names, this.#now())) < names.length) return 'swept';
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('published_files')
        .values({ lesson_id: this.#lessonId, plain_sha256: plainSha256, sha256: file.sha256, bytes: file.bytes, key_id: file.keyId, piece_table: pieceTable ? JSON.stringify(pieceTable) : null })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return numInsertedOrUpdatedRows ? 'new' : 'known';
    });
  }

  /** What was made of it before, which stays a while longer. */
  #hold(plainSha256: string): Promise<Remembered | null> {
    return inTransaction(this.#store, async (db) => {
      await takeTurn(db, `lesson ${this.#lessonId}`);
      const row = await db.selectFrom('published_files').selectAll().where('lesson_id', '=', this.#lessonId).where('plain_sha256', '=', plainSha256).executeTakeFirst();
      if (!row) return null;
      const pieceTable = row.piece_table ? (JSON.parse(row.piece_table) as PublishedFile) : null;
      const known = { file: { sha256: row.sha256, bytes: Number(row.bytes), keyId: row.key_id }, pieceTable };
      await holdLoose(db, namesOf(known), this.#now());
      return known;
    });
  }
}

function namesOf({ file, pieceTable }: Remembered): string[] {
  return [file.sha256, ...(pieceTable ? [pieceTable.sha256] : [])];
}

/** Whether the lesson's files are derived from this key still; another one comes when it is removed and made anew. */
export async function isKeyOf(db: Store, lessonId: string, contentKey: string): Promise<boolean> {
  const row = await db.selectFrom('lesson_keys').select('content_key').where('lesson_id', '=', lessonId).executeTakeFirst();
  return row?.content_key === contentKey;
}

/** Whether all of these files of a lesson are remembered still, and none was swept since. */
export async function areRemembered(db: Store, lessonId: string, names: readonly string[]): Promise<boolean> {
  const rows = await db.selectFrom('published_files').select(['sha256', 'piece_table']).where('lesson_id', '=', lessonId).execute();
  const known = new Set(rows.flatMap(({ sha256, piece_table: table }) => [sha256, table === null ? '' : (JSON.parse(table) as PublishedFile).sha256]));
  return names.every((name) => known.has(name));
}

/** SHA-256 of what lies there, in hexadecimal digits. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(path, 'r');
  for await (const chunk of file.createReadStream()) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}

async function readAt(file: Awaited<ReturnType<typeof open>>, offset: number, length: number): Promise<Uint8Array> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, offset);
  if (bytesRead !== length) throw new Error(`The encoded file ends at ${offset + bytesRead}, before the segment that was announced`);
  return buffer;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
