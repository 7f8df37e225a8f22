import type { Priority } from './ports.ts';

interface Bounds {
  /** How many transfers a host gets at once. */
  readonly ofHost: (host: string) => number;
  /** How many of them may run in the background where the host would take `limit`; asked with Infinity for all hosts together. */
  readonly background: (limit: number) => number;
}

interface Waiter {
  readonly host: string;
  readonly grant: () => void;
}

interface Used {
  foreground: number;
  background: number;
}

/**
 * A bounded number of transfers at once, first come first served within a priority and a host. Foreground never waits for
 * background: it counts against its own bound only. The bounds may move while transfers run.
 */
export class Slots {
  readonly #bounds: Bounds;
  readonly #used = new Map<string, Used>();
  readonly #emptied: (() => void)[] = [];
  #held = false;
  readonly #waiting: Record<Priority, Set<Waiter>> = { foreground: new Set(), background: new Set() };

  /** The bounds are asked each time. */
  constructor(bounds: Bounds) {
    this.#bounds = bounds;
  }

  /** Resolves to the function that gives the slot back. Rejects with the signal's reason when it is aborted before. */
  async take(priority: Priority, host: string, signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted();
    if (this.#isFree(priority, host)) this.#usedBy(host)[priority] += 1;
    else await this.#wait(priority, host, signal);
    let given = false;
    return () => {
      if (given) return;
      given = true;
      this.#usedBy(host)[priority] -= 1;
      for (const resolve of this.#emptied.splice(0)) resolve();
      this.wake();
    };
  }

  /** Lets nobody go any more; resolves when all who were gone are back. */
  async hold(): Promise<void> {
    this.#held = true;
    while (this.#sum('foreground') + this.#sum('background') > 0) await new Promise<void>((resolve) => this.#emptied.push(resolve));
  }

  letGo(): void {
    this.#held = false;
    this.wake();
  }

  /** Looks again who may go, when a bound has moved. */
  wake(): void {
    for (const priority of ['foreground', 'background'] as const) {
      for (const waiter of this.#waiting[priority]) {
        if (!this.#isFree(priority, waiter.host)) continue;
        this.#usedBy(waiter.host)[priority] += 1;
        this.#waiting[priority].delete(waiter);
        waiter.grant();
      }
    }
  }

  #isFree(priority: Priority, host: string): boolean {
    if (this.#held) return false;
    const { foreground, background } = this.#usedBy(host);
    const most = this.#bounds.ofHost(host);
    if (priority === 'foreground') return foreground < most;
    return foreground + background < this.#bounds.background(most) && this.#sum('background') < this.#bounds.background(Infinity);
  }

  #usedBy(host: string): Used {
    const used = this.#used.get(host) ?? { foreground: 0, background: 0 };
    this.#used.set(host, used);
    return used;
  }

  #sum(priority: Priority): number {
    let sum = 0;
    for (const used of this.#used.values()) sum += used[priority];
    return sum;
  }

  #wait(priority: Priority, host: string, signal: AbortSignal | undefined): Promise<void> {
    const waiting = this.#waiting[priority];
    return new Promise((resolve, reject) => {
      const leave = () => {
        waiting.delete(waiter);
        reject(signal?.reason as Error);
      };
      const waiter: Waiter = {
        host,
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
