import type { Clock } from '../base/clock.ts';
import type { PieceRun } from './ports.ts';

/** So long a place that failed is left alone. */
const restMs = 60_000;
const remembered = 50_000;

interface Dependencies {
  readonly serverUrl: () => string;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * Where a school says its published files are got (a CDN), when that is not from the school itself.
 * It is trusted no more than the school's server: what fails there, and what came wrong from there, is asked of the school.
 */
export class MediaElsewhere {
  readonly #deps: Dependencies;
  #said: { readonly serverUrl: string; readonly base: string } | null = null;
  #restsUntil = 0;
  /** Pieces that were brought from there. One that is asked for again was not what it should be. */
  readonly #brought = new Set<string>();

  constructor(dependencies: Dependencies) {
    this.#deps = dependencies;
  }

  /** What the server at hand said of itself. */
  heard({ mediaBaseUrl: base }: { readonly mediaBaseUrl: string | null }): void {
    const serverUrl = this.#deps.serverUrl();
    // Who reached the school by TLS shall not be led away from it.
    const isWeaker = serverUrl.startsWith('https:') && !base?.startsWith('https:');
    this.#said = base === null || isWeaker ? null : { serverUrl, base: base.replace(/\/+$/, '') };
  }

  /** The address of the run's file there; null when the school itself is to be asked. */
  urlOf(run: PieceRun): string | null {
    if (this.#said?.serverUrl !== this.#deps.serverUrl() || this.#deps.clock.now() < this.#restsUntil) return null;
    if (piecesOf(run).some((piece) => this.#brought.has(piece))) return null;
    return `${this.#said.base}/${run.file.id}`;
  }

  brought(run: PieceRun): void {
    if (this.#brought.size > remembered) this.#brought.clear();
    for (const piece of piecesOf(run)) this.#brought.add(piece);
  }

  failed(): void {
    this.#restsUntil = this.#deps.clock.now() + restMs;
  }
}

function piecesOf({ file, first, count }: PieceRun): string[] {
  return Array.from({ length: count }, (_, index) => `${file.id}/${first + index}`);
}
