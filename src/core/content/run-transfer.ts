import { createHash, type Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { TeachifyError } from '../../shared/errors.ts';
import type { Piece } from '../../shared/models/piece-table.ts';
import type { Clock } from '../base/clock.ts';
import { diskError, type BlockFiles } from './block-files.ts';
import type { Block } from './block-layout.ts';
import type { FileDescription, PieceRun } from './ports.ts';

const commitBytes = 1024 * 1024;
const commitMs = 2_000;

export interface RunTarget {
  readonly files: BlockFiles;
  readonly clock: Clock;
  blockOf(file: FileDescription, piece: number): Block;
  /** These pieces are verified and durable: set their bits. */
  commit(file: FileDescription, pieces: readonly number[]): Promise<void>;
  /** So many bytes of an unfinished piece lie on disk; 0 forgets them. */
  keepPartial(file: FileDescription, piece: number, bytes: number): void;
  /** Bytes came over the wire; resolves when the next may be taken. */
  received(bytes: number): Promise<void>;
  /** Asked at each piece's end: false lets the transfer stop there. */
  stillWanted(): boolean;
}

/**
 * Receives a run: writes each piece at its place, hashes it as it streams, makes batches durable (write, fdatasync, commit)
 * every 1 MiB or 2 s. What came of a piece that was cut off stays on disk for the next try.
 */
export async function receiveRun(run: PieceRun, body: AsyncIterable<Uint8Array>, target: RunTarget): Promise<void> {
  const receiver = new Receiver(run, target);
  try {
    await receiver.begin();
    for await (const chunk of body) {
      await receiver.take(chunk);
      await target.received(chunk.length);
      if (receiver.atPieceEnd && !target.stillWanted()) break;
    }
  } finally {
    await receiver.end();
  }
}

class Receiver {
  readonly #run: PieceRun;
  readonly #target: RunTarget;
  readonly #dirty = new Map<number, FileHandle>();
  #piece: number;
  /** Bytes of the current piece on disk. */
  #filled: number;
  #hash: Hash = createHash('sha256');
  #verified: number[] = [];
  #unsavedBytes = 0;
  #savedAt: number;

  constructor(run: PieceRun, target: RunTarget) {
    this.#run = run;
    this.#target = target;
    this.#piece = run.first;
    this.#filled = run.skipBytes;
    this.#savedAt = target.clock.monotonic();
  }

  get atPieceEnd(): boolean {
    return this.#filled === 0;
  }

  /** Takes the bytes of a piece that was cut off before into the hash. */
  async begin(): Promise<void> {
    if (this.#filled === 0) return;
    const { files } = this.#target;
    const block = this.#target.blockOf(this.#run.file, this.#piece);
    const kept = await files.read(this.#run.file.id, block.index, this.#current().offset - block.offset, this.#filled);
    if (!kept) throw new TeachifyError('piece_corrupt', 'Bytes that were kept are gone');
    this.#hash.update(kept);
  }

  async take(chunk: Uint8Array): Promise<void> {
    let rest = chunk;
    while (rest.length > 0) {
      const piece = this.#current();
      const part = rest.subarray(0, piece.length - this.#filled);
      await this.#write(piece, part);
      this.#hash.update(part);
      this.#filled += part.length;
      rest = rest.subarray(part.length);
      if (this.#filled === piece.length) this.#finishPiece(piece);
    }
    const { clock } = this.#target;
    if (this.#unsavedBytes >= commitBytes || clock.monotonic() - this.#savedAt >= commitMs) await this.#save();
  }

  /** Makes durable what is whole, remembers what is not, closes the files. */
  async end(): Promise<void> {
    try {
      await this.#save();
      if (this.#filled > 0) this.#target.keepPartial(this.#run.file, this.#piece, this.#filled);
    } finally {
      await Promise.all([...this.#dirty.values()].map((handle) => handle.close()));
    }
  }

  #current(): Piece {
    const piece = this.#run.file.pieces[this.#piece];
    if (!piece || this.#piece >= this.#run.first + this.#run.count) throw new TeachifyError('source_changed', 'More bytes came than were asked for');
    return piece;
  }

  async #write(piece: Piece, part: Uint8Array): Promise<void> {
    const block = this.#target.blockOf(this.#run.file, this.#piece);
    let handle = this.#dirty.get(block.index);
    if (!handle) {
      handle = await this.#target.files.openForWriting(this.#run.file.id, block.index);
      this.#dirty.set(block.index, handle);
    }
    try {
      await handle.write(part, 0, part.length, piece.offset + this.#filled - block.offset);
    } catch (error) {
      throw diskError(error);
    }
    this.#unsavedBytes += part.length;
  }

  #finishPiece(piece: Piece): void {
    const digest = this.#hash.digest();
    this.#hash = createHash('sha256');
    this.#filled = 0;
    this.#target.keepPartial(this.#run.file, this.#piece, 0);
    if (piece.sha256 && !digest.equals(piece.sha256)) {
      throw new TeachifyError('piece_corrupt', `Piece ${this.#piece} is not what the manifest says`);
    }
    this.#verified.push(this.#piece);
    this.#piece += 1;
  }

  async #save(): Promise<void> {
    const pieces = this.#verified;
    this.#verified = [];
    this.#unsavedBytes = 0;
    this.#savedAt = this.#target.clock.monotonic();
    if (pieces.length === 0) return;
    try {
      for (const handle of this.#dirty.values()) await handle.datasync();
    } catch (error) {
      // Nobody knows what of this batch is on the disk: it stays absent and its hashes decide later.
      throw diskError(error);
    }
    await this.#target.commit(this.#run.file, pieces);
  }
}
