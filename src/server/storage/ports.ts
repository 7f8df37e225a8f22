import type { Readable } from 'node:stream';
import type { ByteRange } from '../byte-range.ts';

export interface MediaFile {
  /** Of the bytes as they lie there; the file's only name. */
  readonly sha256: string;
  readonly bytes: number;
}

export type Content = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

export interface About {
  /** The name that is expected; other bytes are refused. */
  readonly sha256?: string;
  /** Media type, for those that give the file out without asking us; bytes of no type when left out. */
  readonly type?: string;
  /** Told the name before anything lies under it; what it throws keeps the file out. */
  readonly announce?: (sha256: string) => Promise<void>;
}

/** Published files, named by the SHA-256 of their bytes. Immutable, so that whoever knows a name may keep what it got. */
export interface MediaStorage {
  /**
   * Takes bytes in as they come: whole, verified and durable under their name, or not there at all. Putting again what is there changes nothing.
   * Throws disk_full, piece_corrupt when they are other bytes than expected, server_error when the storage does not do its part.
   */
  put(content: Content, about?: About): Promise<MediaFile>;
  /** In bytes; null when there is no such file. Throws server_error when the storage does not answer. */
  size(sha256: string): Promise<number | null>;
  /** All of a file, or the bytes of a range within it; read no faster than they are taken. Throws not_found, server_error. */
  open(sha256: string, range?: ByteRange): Promise<Readable>;
  /** Gone, also when it never was there. */
  remove(sha256: string): Promise<void>;
  /** Every file there is, in no order. */
  list(): AsyncIterable<MediaFile>;
  /** Where it lies on this machine's disk, for those who can send it from there; null when it does not. */
  localPath(sha256: string): string | null;
}

/** What a storage elsewhere can do; verifying, trying again and going on after a cut is done for all of them in remote-storage.ts. */
export interface RemoteObjects {
  upload(file: MediaFile & { readonly path: string }, type: string): Promise<void>;
  /** Null when there is none. */
  size(sha256: string): Promise<number | null>;
  /** The same, never from a cache, at a price. */
  sizeBeforeUpload(sha256: string): Promise<number | null>;
  /** Throws not_found; a body may end early. */
  read(sha256: string, range: ByteRange | null, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  remove(sha256: string): Promise<void>;
  list(): AsyncIterable<MediaFile>;
}
