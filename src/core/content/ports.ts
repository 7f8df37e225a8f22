import type { Lesson } from '../../shared/api/catalog.ts';
import type { Manifest } from '../../shared/models/manifest.ts';
import type { Piece } from '../../shared/models/piece-table.ts';
import type { Event } from '../base/emitter.ts';

/** SHA-256 of a published file; for a source without a manifest, a hash of its address and strong validator. */
export type FileId = string;

export type Priority = 'foreground' | 'background';

/** How a file's bytes may be had. */
export type FileOrigin =
  /** A published file: public ciphertext at /media/<sha256>, each piece checked by its hash. */
  | { readonly kind: 'published' }
  /**
   * A plain file behind enrolment, guarded by its strong ETag (If-Range) instead of hashes. Without one (null) two answers
   * cannot be told to be of the same file: it comes in one stream and begins anew when that is cut.
   */
  | { readonly kind: 'plain'; readonly path: string; readonly etag: string | null }
  /** A rendition from elsewhere: each piece lies at an address of its own. */
  | { readonly kind: 'elsewhere'; readonly places: readonly PiecePlace[] };

/** Where a piece of a file from elsewhere lies. */
export interface PiecePlace {
  /** Absolute. Where it is not the school's own, no word of the student goes there. */
  readonly url: string;
  /** Of the piece within what lies at that address, and how long all of that is. */
  readonly offset: number;
  readonly total: number;
  /** Strong validator; without one a piece comes in one answer or anew. */
  readonly etag: string | null;
  /** Nobody said how long it is: it was counted once, and is believed only when its own structure is whole. */
  readonly isCounted: boolean;
}

export interface FileDescription {
  readonly id: FileId;
  readonly bytes: number;
  readonly pieces: readonly Piece[];
  readonly origin: FileOrigin;
}

/** Who keeps a file on this machine: a file lives while any claim exists; without one it is cache. */
export interface Claim {
  /** `server#student`. */
  readonly account: string;
  readonly lessonId: string;
  readonly quality: string;
}

export interface PiecesChanged {
  readonly fileId: FileId;
  readonly pieces: readonly number[];
  /** True: now verified and durable. False: lost (corrupt, evicted). */
  readonly present: boolean;
}

export interface FetchOptions {
  readonly priority: Priority;
  /** Somebody waits to see it, so it is not gathered with others before it is made durable. Default: what is foreground. */
  readonly urgent?: boolean;
  /** Stops waiting. A piece in flight is not thrown away by it. */
  readonly signal?: AbortSignal;
}

/**
 * Files as blocks on disk plus the set of verified pieces. Present, a piece is read; absent, it is fetched from a piece
 * source, verified, written durably, and only then given. Download, streaming and offline playback all go through here.
 */
export interface PieceStore {
  /** Makes a file known. Idempotent; a different description under the same id is a bug. */
  register(file: FileDescription): Promise<void>;
  /** Indices of verified pieces, as a bit per piece. */
  verified(fileId: FileId): PieceSet;
  /** One piece's bytes as published (ciphertext where encrypted), fetched when absent. Throws offline, unreachable, disk_full, piece_corrupt, ... */
  read(fileId: FileId, piece: number, options: FetchOptions): Promise<Uint8Array>;
  /**
   * Fetches the absent ones of these pieces, in the order given, adjacent ones of a file joined into one Range request.
   * Resolves when all are verified and durable; rejects at the first failure that retrying here cannot mend, with everything that came kept.
   */
  fetch(wanted: readonly PieceRef[], options: FetchOptions): Promise<void>;
  /** Keeps these files besides what the claim keeps already. */
  claim(claim: Claim, fileIds: readonly FileId[]): Promise<void>;
  /** All claims there are, or those of one lesson of one student, or those that keep one file. */
  claims(of?: Pick<Claim, 'account' | 'lessonId'> | { readonly fileId: FileId }): Promise<readonly Claim[]>;
  /** Keeps exactly these; none ends the claim. Gives the files that this claim no longer keeps: cache, unless another one does. */
  claimOnly(claim: Claim, fileIds: readonly FileId[]): Promise<readonly FileId[]>;
  /** Unlinks the blocks of these files unless claimed; of those that are held when they are let go. */
  discard(fileIds: readonly FileId[]): Promise<void>;
  /**
   * These are being played: they stay where they are, claimed or not, until the answer is called. Then they count as used just
   * now, and what was to be given back meanwhile is.
   */
  hold(fileIds: readonly FileId[]): () => Promise<void>;
  /** Gives back so many bytes of the cache, least recently used first, or all of it. Resolves to how many it were. */
  makeRoom(bytes: number): Promise<number>;
  /**
   * Takes note of files on disk that the books do not know (a copied folder, a restored backup, rebuilt books): they count as
   * cache, and are hashed and taken in when a lesson names them. Resolves to how many there were.
   */
  findUnknown(): Promise<number>;
  /** Where the blocks lie. */
  readonly folder: string;
  /**
   * Brings all blocks to another folder while transfers run; they pause only for what changed meanwhile. `settle` writes the
   * new place down; until it has, the old one is what counts. Cancelled or killed, the old folder stays as it was.
   */
  moveTo(folder: string, move: FolderMove): Promise<void>;
  /** Copies pieces that are here as pieces of other files, where they are the same bytes; those that are not here are left out. */
  takeOver(fileId: FileId, pieces: readonly { readonly piece: number; readonly from: PieceRef }[]): Promise<void>;
  /** Hashes what is there again; bad pieces become absent. Resolves to how many were bad. */
  verify(fileIds: readonly FileId[], signal?: AbortSignal): Promise<number>;
  /** Takes nothing of this file for good any more: every piece is absent. */
  distrust(fileId: FileId): Promise<void>;
  /** Verified bytes of these files, registered or not. */
  storedBytes(fileIds: readonly FileId[]): Promise<number>;
  /** Verified bytes that each claim of an account keeps. */
  keptBytes(account: string): Promise<readonly KeptBytes[]>;
  /** Verified bytes on disk: those claimed, those of the cache. */
  usage(): Promise<{ claimedBytes: number; cacheBytes: number; byLesson: ReadonlyMap<string, number> }>;
  readonly changed: Event<PiecesChanged>;
  close(): Promise<void>;
}

export interface KeptBytes extends Pick<Claim, 'lessonId' | 'quality'> {
  readonly bytes: number;
}

export interface FolderMove {
  readonly signal?: AbortSignal;
  readonly onProgress: (bytesDone: number, bytesTotal: number) => void;
  readonly settle: () => Promise<void>;
}

export interface PieceRef {
  readonly fileId: FileId;
  readonly piece: number;
}

export interface PieceSet {
  has(piece: number): boolean;
  /** How many are present, and their bytes. */
  readonly count: number;
  readonly bytes: number;
}

/** A stretch of adjacent pieces of one file. */
export interface PieceRun {
  readonly file: FileDescription;
  readonly first: number;
  readonly count: number;
  /** Bytes of the first piece that are already here, unverified, from a line that was cut. */
  readonly skipBytes: number;
}

/** Where absent pieces come from: the origin, later a LAN peer, later a USB pack. None is trusted. */
export interface PieceSource {
  /** The run's bytes in order from `skipBytes` on, as they arrive. Throws TeachifyErrors; what was yielded before stays good. */
  open(run: PieceRun, signal: AbortSignal, heard?: SourceHeard): AsyncIterable<Uint8Array>;
  /** A chunk of its, or a part of one, is not read any more: its memory is the source's again. */
  giveBack?(chunk: Uint8Array): void;
}

/** What a source tells beside the bytes. */
export interface SourceHeard {
  /** Parts of this file are not given out here: whatever is asked for, it comes from its beginning. */
  wholeOnly(): void;
  /** Bytes crossed the line that are none of the run; resolves when the next may be taken. */
  passed(bytes: number): Promise<void>;
}

/** What a foreign playlist says of a piece (RFC 8216 4.3.2). One that lasts no time is an initialisation section. */
export interface ForeignPart {
  readonly discontinuity: boolean;
  /** Its bytes are null where they were wiped and not asked for again: it opens nothing then. */
  readonly key: { readonly bytes: Uint8Array | null; readonly iv: Uint8Array } | null;
}

/** A lesson in terms of files: what playing and taking home need. */
export interface LessonContent {
  readonly lesson: Lesson;
  readonly timelineId: string;
  readonly durationMs: number;
  /** Null for a plain MP4, whose one file is then `plain`. */
  readonly manifest: Manifest | null;
  readonly plain: FileDescription | null;
  /** For a lesson from elsewhere, whose manifest is made here of its playlists: what they say of each piece of a file. */
  readonly foreign: ReadonlyMap<FileId, readonly ForeignPart[]> | null;
  /** Described files by id: renditions with their piece tables, side files as one piece each, or the plain file. */
  readonly files: ReadonlyMap<FileId, FileDescription>;
}

/** Whose lessons stay open when somebody else's are closed. */
export interface Keeper {
  /** `server address#student id`. */
  readonly id: string;
  readonly server: string;
}

export interface LessonContents {
  /**
   * The lesson's content: from disk when it was verified before, else from the server, checked against the pinned key.
   * Piece tables of what is needed at `qualities` are loaded; all of them when it is left out. Keys of a lesson from elsewhere
   * that were wiped are asked for again: without them there is nothing to load.
   */
  load(lesson: Lesson, options: FetchOptions & { readonly qualities?: readonly string[] }): Promise<LessonContent>;
  /** The manifest on this computer, whatever its revision; null when there is none. Asks nobody. */
  stored(lesson: Lesson): Promise<Manifest | null>;
  /** A lesson without a manifest as it was described before; null when it was not. Asks nobody. */
  described(lesson: Lesson): Promise<LessonContent | null>;
  /**
   * The server's newest revision, described but not taken over: the one on this computer stays what plays until `keep`,
   * so that an update that stops half way costs nobody a lesson.
   */
  update(lesson: Lesson, options: FetchOptions & { readonly qualities?: readonly string[] }): Promise<ContentUpdate>;
  /**
   * Wipes the keys of lessons from elsewhere, but of those that one of these students took home. Who is told them right now
   * does not write them down.
   */
  forgetKeys(keepers: readonly Keeper[]): Promise<void>;
  /** A file without hashes is believed only when its own structure is whole; else all of it is absent again and this throws piece_corrupt. */
  checkStructure(content: LessonContent, options: FetchOptions): Promise<void>;
}

/** A revision that was described but not taken over. */
export interface ContentUpdate {
  readonly content: LessonContent;
  /** Takes over what the revision on this computer has of it, where its files have other names. They must be claimed before. */
  reuse(): Promise<void>;
  keep(): Promise<void>;
}

/** Bits per second on the wire, for the ABR and for ETAs. */
export interface BandwidthMeter {
  /** Null before anything was measured. */
  bitsPerSecond(): number | null;
  /** Bytes that crossed the wire in so many ms of activity. */
  record(bytes: number, ms: number): void;
}

/** What the student allows downloads to take of the line. */
export interface LineBudget {
  /** How many background transfers may run where the host would take `limit`. */
  backgroundTransfers(limit: number): number;
  /** Told of bytes as they come; resolves when the next may be taken. Foreground is never held back. */
  spend(bytes: number, priority: Priority, signal?: AbortSignal): Promise<void>;
}
