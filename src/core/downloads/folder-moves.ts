import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { FolderMoving } from '../../shared/contracts/downloads.ts';
import { TeachifyError } from '../../shared/errors.ts';
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import type { PieceStore } from '../content/ports.ts';
import { freeBytesOf } from './storage-view.ts';
import { throttle } from './throttle.ts';

/** Made inside the folder that was chosen, which may hold other things. */
const folderName = 'Teachify lessons';
const announceMs = 250;

interface Dependencies {
  readonly store: Pick<PieceStore, 'moveTo' | 'usage'>;
  readonly saveFolder: (folder: string) => Promise<void>;
  readonly clock: Clock;
}

/** Brings all lessons to another folder, one move at a time. */
export class FolderMoves {
  readonly #deps: Dependencies;
  readonly #moved = new Emitter<FolderMoving>();
  #moving: AbortController | null = null;
  readonly progress = this.#moved.event;

  constructor(dependencies: Dependencies) {
    this.#deps = dependencies;
  }

  /** Throws conflict, disk_full, disk_denied, cancelled: then all stays where it is. */
  async move(folder: string, signal: AbortSignal | undefined): Promise<void> {
    const { store, saveFolder, clock } = this.#deps;
    if (this.#moving) throw new TeachifyError('conflict', 'Lessons are being moved already');
    const moving = (this.#moving = new AbortController());
    let progress: FolderMoving = null;
    const announce = throttle(announceMs, clock, () => this.#moved.emit(this.#moving ? progress : null));
    try {
      const target = await this.#placeIn(folder);
      await store.moveTo(target, {
        onProgress: (bytesDone, bytesTotal) => {
          progress = { bytesDone, bytesTotal };
          announce();
        },
        settle: () => saveFolder(target),
        signal: signal ? AbortSignal.any([signal, moving.signal]) : moving.signal,
      });
    } finally {
      this.#moving = null;
      this.#moved.emit(null);
    }
  }

  cancel(): void {
    this.#moving?.abort();
  }

  /** A folder of our own inside the one that was chosen, with room for all that is here. */
  async #placeIn(folder: string): Promise<string> {
    const target = resolve(folder, folderName);
    await mkdir(target, { recursive: true }).catch((error: unknown) => {
      throw new TeachifyError('disk_denied', 'The folder cannot be made', { cause: error });
    });
    const { claimedBytes, cacheBytes } = await this.#deps.store.usage();
    const neededBytes = claimedBytes + cacheBytes;
    const freeBytes = await freeBytesOf(target);
    if (neededBytes > freeBytes) throw new TeachifyError('disk_full', 'Not enough room there', { details: { neededBytes, freeBytes } });
    return target;
  }
}
