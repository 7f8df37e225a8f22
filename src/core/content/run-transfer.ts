import { createHash, type Hash } from 'node:crypto';
import { TeachifyError } from '../../shared/errors.ts';
import type { Piece } from '../../shared/models/piece-table.ts';
import type { Clock } from '../base/clock.ts';
import type { BlockFiles } from './block-files.ts';
import type { Block } from './block-layout.ts';
import type { Committer, WritableBlock } from './committer.ts';
import type { MinimumRate } from './minimum-rate.ts';
import type { PieceRun } from './ports.ts';
import type { StoredFile } from './stored-file.ts';

/** Bytes are handed to the disk in parts of about this size, or after so long, whichever is first. */
const writeBytes = 256 * 1024;
const writeMs = 50;

export interface RunTarget {
  readonly file: StoredFile;
  readonly files: BlockFiles;
  readonly committer: Committer;
  readonly clock: Clock;
  readonly rate: MinimumRate;
  /** Somebody waits to see it: commit at each piece's end. */
  readonly urgent: boolean;
  /** Bytes came over the wire; resolves when the next may be taken. */
  received(bytes: number): Promise<void>;
  /** A chunk, or a part of one, is on the disk. */
  giveBack(chunk: Uint8Array): void;
  /** Asked whenever a piece has come whole, with the next one: false lets the transfer stop there. */
  stillWanted(nextPiece: number): boolean;
}

/** All of a run has come. */
export interface Arrived {
  /** Resolves when it is durable and its bits are set. */
  readonly durable: Promise<unknown>;
}

/**
 * Receives a run: writes each piece at its place, hashes it as it streams. What came of a piece that was cut off stays on
 * disk for the next try.
 */
export async function receiveRun(run: PieceRun, body: AsyncIterable<Uint8Array>, target: RunTarget): Promise<Arrived> {
  const receiver = new Receiver(run, target);
  const { rate } = target;
  try {
    await receiver.begin();
    for await (const chunk of body) {
      const before = receiver.piece;
      await receiver.take(chunk);
      rate.received(chunk.length);
      await target.received(chunk.length);
      rate.waiting();
      // Chunks seldom end where pieces do; what came of the next one is kept.
      if (receiver.piece !== before && !target.stillWanted(receiver.piece)) break;
    }
  } catch (error) {
    await receiver.end();
    // What came before stays; who tries again must find its bits set.
    await receiver.durable.catch(() => {});
    throw error;
  }
  await receiver.end();
  return { durable: receiver.durable };
}

class Receiver {
  readonly #run: PieceRun;
  readonly #target: RunTarget;
  #block: { readonly layout: Block; readonly writable: WritableBlock } | null = null;
  #piece: number;
  /** Bytes of the current piece that have come, those still waiting to be written included. */
  #filled: number;
  #hash: Hash = createHash('sha256');
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  /** Offset in the file of the first byte that waits to be written. */
  #waitingAt = 0;
  #writtenAt: number;
  /** Whole and right, but not yet handed to the disk. */
  #whole: number[] = [];
  readonly #commits = new Set<Promise<void>>();
  #isDiskBroken = false;

  constructor(run: PieceRun, target: RunTarget) {
    this.#run = run;
    this.#target = target;
    this.#piece = run.first;
    this.#filled = run.skipBytes;
    this.#writtenAt = target.clock.monotonic();
  }

  /** The piece that is coming now. */
  get piece(): number {
    return this.#piece;
  }

  get durable(): Promise<unknown> {
    return Promise.all(this.#commits);
  }

  /** Takes the bytes of a piece that was cut off before into the hash. */
  async begin(): Promise<void> {
    if (this.#filled === 0) return;
    const { file, files } = this.#target;
    const block = file.blockOf(this.#piece);
    const kept = await files.read(this.#run.file.id, block.index, this.#current().offset - block.offset, this.#filled);
    if (!kept) throw new TeachifyError('piece_corrupt', 'Bytes that were kept are gone');
    this.#hash.update(kept);
  }

  async take(chunk: Uint8Array): Promise<void> {
    let rest = chunk;
    while (rest.length > 0) {
      const piece = this.#current();
      const part = rest.subarray(0, piece.length - this.#filled);
      await this.#gather(piece, part);
      this.#hash.update(part);
      this.#filled += part.length;
      rest = rest.subarray(part.length);
      if (this.#filled === piece.length) await this.#finishPiece(piece);
    }
    const { clock } = this.#target;
    if (this.#waitingBytes >= writeBytes || clock.monotonic() - this.#writtenAt >= writeMs) await this.#write();
  }

  /** Hands over what is whole, remembers what is not, lets go of the block. */
  async end(): Promise<void> {
    try {
      await this.#write();
    } finally {
      await this.#block?.writable.giveBack();
    }
  }

  #current(): Piece {
    const piece = this.#run.file.pieces[this.#piece];
    if (!piece || this.#piece >= this.#run.first + this.#run.count) throw new TeachifyError('source_changed', 'More bytes came than were asked for');
    return piece;
  }

  async #gather(piece: Piece, part: Uint8Array): Promise<void> {
    const layout = this.#target.file.blockOf(this.#piece);
    if (this.#block?.layout !== layout) {
      await this.#write();
      await this.#block?.writable.giveBack();
      this.#block = null;
      this.#block = { layout, writable: await this.#target.committer.use(this.#target.file, layout) };
    }
    if (this.#waiting.length === 0) this.#waitingAt = piece.offset + this.#filled;
    const last = this.#waiting.at(-1);
    const joined = last && joinedWith(last, part);
    if (joined) this.#waiting.splice(-1, 1, joined);
    else this.#waiting.push(part);
    this.#waitingBytes += part.length;
  }

  async #finishPiece(piece: Piece): Promise<void> {
    const { file, urgent } = this.#target;
    const digest = this.#hash.digest();
    this.#hash = createHash('sha256');
    this.#filled = 0;
    file.partials.delete(this.#piece);
    if (piece.sha256 && !digest.equals(piece.sha256)) {
      this.#forgetPiece(piece);
      throw new TeachifyError('piece_corrupt', `Piece ${this.#piece} is not what the manifest says`);
    }
    this.#whole.push(this.#piece);
    this.#piece += 1;
    if (urgent) await this.#write();
  }

  /** The bytes of a wrong piece that were not written yet are not worth writing. */
  #forgetPiece(piece: Piece): void {
    const keep = Math.max(0, piece.offset - this.#waitingAt);
    const kept = Buffer.concat(this.#waiting).subarray(0, keep);
    this.#waiting = kept.length > 0 ? [kept] : [];
    this.#waitingBytes = kept.length;
  }

  /** Hands what waits to the disk, and then what of it is whole to the committer. */
  async #write(): Promise<void> {
    if (this.#isDiskBroken) return;
    this.#writtenAt = this.#target.clock.monotonic();
    const { file, committer, urgent, giveBack } = this.#target;
    if (this.#block && this.#waiting.length > 0) {
      const { layout, writable } = this.#block;
      const chunks = this.#waiting;
      this.#waiting = [];
      this.#waitingBytes = 0;
      // What the disk refused is not there, whatever came over the line: no word of it to the books.
      this.#isDiskBroken = true;
      await writable.write(chunks, this.#waitingAt - layout.offset);
      this.#isDiskBroken = false;
      for (const chunk of chunks) giveBack(chunk);
    }
    if (this.#filled > 0) {
      file.partials.set(this.#piece, this.#filled);
      if (this.#block) committer.note(file, this.#block.writable);
    }
    const whole = this.#whole;
    this.#whole = [];
    if (!this.#block) return;
    for (const piece of whole) {
      const commit = committer.add(file, piece, this.#block.writable, urgent);
      commit.catch(() => {});
      this.#commits.add(commit);
    }
  }
}

/** One chunk of two that lie one behind the other in the same memory; undefined when they do not. */
function joinedWith(first: Uint8Array, second: Uint8Array): Uint8Array | undefined {
  if (first.buffer !== second.buffer || first.byteOffset + first.byteLength !== second.byteOffset) return undefined;
  return new Uint8Array(first.buffer, first.byteOffset, first.byteLength + second.byteLength);
}
