import type { Socket } from 'node:net';

const slabBytes = 256 * 1024;
/** A read gets at least so much room (what the loop asks the system for at once), or the next slab. */
const leastRoomBytes = 64 * 1024;
/** So many slabs wait to be used again; more than that were a busy moment's. */
const mostFree = 32;

/** A stretch of memory that one socket fills from its beginning on. */
interface Slab {
  readonly memory: Buffer;
  /** Bytes that were received into it. */
  filled: number;
  /** Where the last body chunk that was handed out of it ends. */
  deliveredTo: number;
  /** Bytes nobody needs any more. */
  returned: number;
  /** Nothing more is received into it. */
  isSealed: boolean;
}

/**
 * Memory that sockets receive into, used again as soon as what came was written. New memory for every read is what
 * receiving costs most: two thirds of a transfer's processor time (docs/downloads.md). What is never given back is the
 * collector's, as any memory is.
 */
export class ReceivedMemory {
  readonly #slabs = new WeakMap<ArrayBufferLike, Slab>();
  readonly #free: Slab[] = [];
  /** What the socket that was read last goes on with. */
  #rest: Buffer | null = null;

  /** Options of net.connect and tls.connect: their sockets receive into this memory. */
  readonly socketOptions: { readonly highWaterMark: number; readonly onread: { buffer(): Uint8Array; callback(bytes: number, room: Uint8Array): boolean } };

  constructor() {
    const received = (socket: Socket, bytes: number, room: Uint8Array) => this.#received(socket, bytes, room);
    this.socketOptions = {
      highWaterMark: slabBytes,
      onread: {
        // Asked for a new socket, and again right after each callback.
        buffer: () => this.#room(),
        callback(this: Socket, bytes: number, room: Uint8Array) {
          return received(this, bytes, room);
        },
      },
    };
  }

  /** A body's chunk goes to whoever reads it. What lies before it in its slab was of heads, and is done with. */
  deliver(chunk: Uint8Array): void {
    const slab = this.#slabs.get(chunk.buffer);
    if (!slab) return;
    slab.returned += chunk.byteOffset - slab.deliveredTo;
    slab.deliveredTo = chunk.byteOffset + chunk.byteLength;
  }

  /** Nobody reads this chunk, or this part of one, any more. Once for each byte. */
  giveBack({ buffer, byteLength }: Uint8Array): void {
    const slab = this.#slabs.get(buffer);
    if (!slab) return;
    slab.returned += byteLength;
    if (slab.returned > slab.filled) throw new Error('Memory was given back twice');
    this.#reuse(slab);
  }

  #room(): Buffer {
    const rest = this.#rest;
    this.#rest = null;
    return rest ?? (this.#free.pop() ?? this.#newSlab()).memory;
  }

  #newSlab(): Slab {
    const memory = Buffer.allocUnsafeSlow(slabBytes);
    const slab: Slab = { memory, filled: 0, deliveredTo: 0, returned: 0, isSealed: false };
    this.#slabs.set(memory.buffer, slab);
    return slab;
  }

  #received(socket: Socket, bytes: number, room: Uint8Array): boolean {
    const slab = this.#slabs.get(room.buffer);
    if (!slab) throw new Error('A socket received into memory that is not ours');
    const from = slab.filled;
    slab.filled += bytes;
    const goesOn = socket.push(slab.memory.subarray(from, slab.filled));
    if (slabBytes - slab.filled >= leastRoomBytes) {
      this.#rest = slab.memory.subarray(slab.filled);
    } else {
      slab.isSealed = true;
      this.#reuse(slab);
    }
    return goesOn;
  }

  #reuse(slab: Slab): void {
    if (!slab.isSealed || slab.returned < slab.filled) return;
    Object.assign(slab, { filled: 0, deliveredTo: 0, returned: 0, isSealed: false });
    if (this.#free.length < mostFree) this.#free.push(slab);
  }
}
