import type { Rendition } from '../../shared/models/manifest.ts';
import type { Leases } from '../accounts/ports.ts';
import { decryptSegment } from '../base/decryption.ts';
import type { FileDescription, LessonContent, PieceStore } from '../content/ports.ts';
import { openForeign } from './foreign-media.ts';

interface Dependencies {
  readonly store: PieceStore;
  readonly leases: Leases;
  readonly content: LessonContent;
}

interface Ahead {
  readonly piece: number;
  /** Null when it could not be opened; whoever asks for it finds out why. */
  readonly bytes: Promise<Uint8Array | null>;
}

/** One lesson's segments as a player may have them. While it takes one in, the next of the same file is opened, if it is here. */
export class OpenedPieces {
  readonly #deps: Dependencies;
  /** At most one piece a file. */
  readonly #ahead = new Map<string, Ahead>();

  constructor(dependencies: Dependencies) {
    this.#deps = dependencies;
  }

  /** The piece decrypted, fetched when it is absent. Throws what the store and the lease throw: a piece opened ahead needs a good lease too. */
  async read(rendition: Rendition, file: FileDescription, piece: number, signal: AbortSignal): Promise<Uint8Array> {
    const ahead = this.#ahead.get(file.id);
    this.#ahead.delete(file.id);
    const key = await this.#key(rendition, piece);
    const bytes = ahead?.piece === piece ? await ahead.bytes : null;
    return bytes ?? this.#open(file, piece, key, signal);
  }

  openNext(rendition: Rendition, file: FileDescription, piece: number, signal: AbortSignal): void {
    const next = piece + 1;
    if (next >= file.pieces.length || !this.#deps.store.verified(file.id).has(next)) return;
    const bytes = this.#key(rendition, next)
      .then((key) => this.#open(file, next, key, signal))
      .catch(() => null);
    this.#ahead.set(file.id, { piece: next, bytes });
  }

  async #open(file: FileDescription, piece: number, key: Uint8Array | null, signal: AbortSignal): Promise<Uint8Array> {
    const { store, content } = this.#deps;
    const stored = await store.read(file.id, piece, { priority: 'foreground', signal });
    if (content.foreign) return openForeign(content.foreign.get(file.id)?.[piece], stored);
    return key ? decryptSegment(key, piece, stored) : stored;
  }

  /** Null for what is not encrypted: the initialisation section, and lessons from elsewhere, which bring keys of their own. */
  async #key({ file: { keyId } }: Rendition, piece: number): Promise<Uint8Array | null> {
    const { leases, content } = this.#deps;
    return keyId && piece > 0 && !content.foreign ? leases.fileKey(content.lesson.id, keyId) : null;
  }
}
