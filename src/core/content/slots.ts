import type { Priority } from './ports.ts';

interface Waiter {
  readonly grant: () => void;
}

/**
 * A bounded number of transfers at once, first come first served within a priority. Foreground never waits for background:
 * it counts against its own bound only. The bounds may move while transfers run.
 */
export class Slots {
  readonly #total: (priority: Priority) => number;
  readonly #used: Record<Priority, number> = { foreground: 0, background: 0 };
  readonly #emptied: (() => void)[] = [];
  #held = false;
  readonly #waiting: Record<Priority, Set<Waiter>> = { foreground: new Set(), background: new Set() };

  /** `total` is asked each time. */
  constructor(total: (priority: Priority) => number) {
    this.#total = total;
  }

  /** Resolves to the function that gives the slot back. Rejects with the signal's reason when it is aborted before. */
  async take(priority: Priority, signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted();
    if (this.#isFree(priority)) this.#used[priority] += 1;
    else await this.#wait(priority, signal);
    let given = false;
    return () => {
      if (given) return;
      given = true;
      this.#used[priority] -= 1;
      for (const resolve of this.#emptied.splice(0)) resolve();
      this.wake();
    };
  }

  /** Lets nobody go any more; resolves when all who were gone are back. */
  async hold(): Promise<void> {
    this.#held = true;
    while (this.#used.foreground + this.#used.background > 0) await new Promise<void>((resolve) => this.#emptied.push(resolve));
  }

  letGo(): void {
    this.#held = false;
    this.wake();
  }

  /** Looks again who may go, when the bound has moved. */
  wake(): void {
    for (const priority of ['foreground', 'background'] as const) {
      for (const waiter of this.#waiting[priority]) {
        if (!this.#isFree(priority)) break;
        this.#used[priority] += 1;
        this.#waiting[priority].delete(waiter);
        waiter.grant();
      }
    }
  }

  #isFree(priority: Priority): boolean {
    if (this.#held) return false;
    const { foreground, background } = this.#used;
    return (priority === 'foreground' ? foreground : foreground + background) < this.#total(priority);
  }

  #wait(priority: Priority, signal: AbortSignal | undefined): Promise<void> {
    const waiting = this.#waiting[priority];
    return new Promise((resolve, reject) => {
      const leave = () => {
        waiting.delete(waiter);
        reject(signal?.reason as Error);
      };
      const waiter: Waiter = {
        grant: () => {
          signal?.removeEventListener('abort', leave);
          resolve();
        },
      };
      waiting.add(waiter);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }
}
