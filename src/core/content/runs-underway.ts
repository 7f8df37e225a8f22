import type { PieceRef, PieceRun, Priority } from './ports.ts';

/** A run on its way: which piece is coming, and before which one it shall end. */
export interface RunUnderway {
  readonly keys: readonly string[];
  readonly priority: Priority;
  piece: number;
  end: number;
  /** Resolves when it has ended, well or not. */
  settled: Promise<void>;
}

/** Which pieces are coming, so that who else wants one waits for the same transfer. */
export class RunsUnderway {
  readonly #byKey = new Map<string, RunUnderway>();
  /** Pieces that somebody besides the run's own caller waits for. */
  readonly #shared = new Set<string>();

  has(ref: PieceRef): boolean {
    return this.#byKey.has(keyOf(ref));
  }

  begin(run: PieceRun, priority: Priority): RunUnderway {
    const keys = Array.from({ length: run.count }, (_, index) => keyOf({ fileId: run.file.id, piece: run.first + index }));
    const underway: RunUnderway = { keys, priority, piece: run.first, end: run.first + run.count, settled: Promise.resolve() };
    for (const key of keys) this.#byKey.set(key, underway);
    return underway;
  }

  end(underway: RunUnderway): void {
    for (const key of underway.keys) {
      this.#shared.delete(key);
      if (this.#byKey.get(key) === underway) this.#byKey.delete(key);
    }
  }

  isShared({ keys }: RunUnderway): boolean {
    return keys.some((key) => this.#shared.has(key));
  }

  /** The run that brings a piece, which from now on goes on for this waiter too; undefined when none does. */
  join(ref: PieceRef): RunUnderway | undefined {
    const underway = this.#byKey.get(keyOf(ref));
    if (underway) this.#shared.add(keyOf(ref));
    return underway;
  }

  /** What is watched does not wait until a long run in the background comes to it: that run ends before, and another may begin here. */
  takeOver(wanted: readonly PieceRef[]): void {
    for (const { fileId, piece } of wanted) {
      const underway = this.#byKey.get(keyOf({ fileId, piece }));
      if (underway?.priority !== 'background' || piece <= underway.piece) continue;
      for (let freed = piece; freed < underway.end; freed++) this.#byKey.delete(keyOf({ fileId, piece: freed }));
      underway.end = piece;
    }
  }

  async allSettled(): Promise<void> {
    await Promise.all([...this.#byKey.values()].map(({ settled }) => settled));
  }
}

function keyOf({ fileId, piece }: PieceRef): string {
  return `${fileId}:${piece}`;
}
