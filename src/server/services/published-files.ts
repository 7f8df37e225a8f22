import { createHash, randomUUID } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { EncodedRendition } from '../../shared/models/encoded-lesson.ts';
import type { PublishedFile } from '../../shared/models/manifest.ts';
import { encodePieceTable } from '../../shared/models/piece-table.ts';
import type { MediaStorage } from '../storage/ports.ts';
import type { Store } from '../store/database.ts';
import { deriveFileKey, encryptSegment, encryptWhole } from './encryption.ts';

/** A published file remembered by what it was made of. */
interface Remembered {
  readonly file: PublishedFile;
  readonly pieceTable: PublishedFile | null;
}

/** Encrypts and stores the files of one lesson; what was published before from the same bytes keeps key and bytes. */
export class PublishedFiles {
  readonly #store: Store;
  readonly #media: MediaStorage;
  readonly #lessonId: string;
  readonly #contentKey: string;
  readonly #keyIds: Map<string, string>;

  constructor(store: Store, media: MediaStorage, { lessonId, contentKey, keyIds }: { readonly lessonId: string; readonly contentKey: string; readonly keyIds: Map<string, string> }) {
    this.#store = store;
    this.#media = media;
    this.#lessonId = lessonId;
    this.#contentKey = contentKey;
    this.#keyIds = keyIds;
  }

  async whole(plain: Uint8Array): Promise<PublishedFile> {
    const { file } = await this.#once(sha256(plain), async (keyId, key) => {
      const { sha256: name, bytes } = await this.#media.put([encryptWhole(key, plain)]);
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
      const stored = await this.#media.put(encrypted()).finally(() => source.close());
      const table = encodePieceTable(pieces);
      const pieceTable = await this.#media.put([table]);
      return { file: { ...stored, keyId }, pieceTable: { ...pieceTable, keyId: null } };
    });
  }

  async #once(plainSha256: string, make: (keyId: string, key: Uint8Array) => Promise<Remembered>): Promise<Remembered> {
    const known = await this.#find(plainSha256);
    if (known) return known;
    const keyId = this.#keyIds.get(plainSha256) ?? randomUUID();
    this.#keyIds.set(plainSha256, keyId);
    const made = await make(keyId, deriveFileKey(this.#contentKey, keyId));
    const { numInsertedOrUpdatedRows } = await this.#store
      .insertInto('published_files')
      .values({
        lesson_id: this.#lessonId,
        plain_sha256: plainSha256,
        sha256: made.file.sha256,
        bytes: made.file.bytes,
        key_id: keyId,
        piece_table: made.pieceTable ? JSON.stringify(made.pieceTable) : null,
      })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    if (numInsertedOrUpdatedRows) return made;
    // Somebody else was first with the same file. It has a key of its own, so what was made here is nobody's.
    const theirs = await this.#find(plainSha256);
    if (!theirs) throw new Error(`A published file of ${this.#lessonId} is neither new nor there`);
    if (theirs.file.sha256 === made.file.sha256) return theirs;
    await this.#media.remove(made.file.sha256);
    if (made.pieceTable && made.pieceTable.sha256 !== theirs.pieceTable?.sha256) await this.#media.remove(made.pieceTable.sha256);
    return theirs;
  }

  async #find(plainSha256: string): Promise<Remembered | null> {
    const row = await this.#store.selectFrom('published_files').selectAll().where('lesson_id', '=', this.#lessonId).where('plain_sha256', '=', plainSha256).executeTakeFirst();
    if (!row) return null;
    const pieceTable = row.piece_table ? (JSON.parse(row.piece_table) as PublishedFile) : null;
    return { file: { sha256: row.sha256, bytes: Number(row.bytes), keyId: row.key_id }, pieceTable };
  }
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
