import type { ErrorCode } from '../../../../shared/errors.ts';

/**
 * Where requests wait for what is not to be had now. A request notes the gate's generation before it asks; when the answer
 * is "not now" it waits until the gate has opened since.
 */
export interface Gate {
  readonly generation: () => number;
  /** Tells the player why a request waits. */
  readonly block: (code: ErrorCode) => void;
  /** Resolves when the gate has opened after that generation; rejects when the signal aborts. */
  readonly opened: (since: number, signal: AbortSignal) => Promise<void>;
  /** Tells the player that a request which had waited was answered. */
  readonly passed: () => void;
  /** Lets all that waits try again; false when nothing waited. */
  readonly open: () => boolean;
}

interface GateListener {
  readonly blocked: (code: ErrorCode) => void;
  readonly passed: () => void;
}

export function createGate({ blocked, passed }: GateListener): Gate {
  let generation = 0;
  const waiting = new Set<() => void>();
  return {
    generation: () => generation,
    block: blocked,
    passed,
    opened: (since, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason as Error);
        if (generation > since) return resolve();
        const letGo = () => {
          waiting.delete(letGo);
          signal.removeEventListener('abort', giveUp);
          resolve();
        };
        const giveUp = () => {
          waiting.delete(letGo);
          reject(signal.reason as Error);
        };
        waiting.add(letGo);
        signal.addEventListener('abort', giveUp, { once: true });
      }),
    open: () => {
      generation += 1;
      const anyone = waiting.size > 0;
      for (const letGo of waiting) letGo();
      return anyone;
    },
  };
}
