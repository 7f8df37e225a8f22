import type { Priority } from './ports.ts';

/** A bounded number of transfers at once; foreground goes first and always finds one slot that background may not take. */
export class Slots {
  readonly #total: number;
  #used = 0;
  readonly #waiting: Record<Priority, (() => void)[]> = { foreground: [], background: [] };

  constructor(total: number) {
    this.#total = total;
  }

  /** Resolves to the function that gives the slot back. */
  async take(priority: Priority): Promise<() => void> {
    if (!this.#isFree(priority)) await new Promise<void>((resolve) => this.#waiting[priority].push(resolve));
    else this.#used += 1;
    let given = false;
    return () => {
      if (given) return;
      given = true;
      this.#used -= 1;
      this.#wake();
    };
  }

  #isFree(priority: Priority): boolean {
    return this.#used < (priority === 'foreground' ? this.#total : this.#total - 1);
  }

  #wake(): void {
    for (const priority of ['foreground', 'background'] as const) {
      while (this.#waiting[priority].length > 0 && this.#isFree(priority)) {
        this.#used += 1;
        this.#waiting[priority].shift()?.();
      }
    }
  }
}
