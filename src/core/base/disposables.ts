export type Dispose = () => void | Promise<void>;

/** What was set up, in order; given back in reverse. One failure does not keep the others from being disposed. */
export class Disposables {
  readonly #disposes: Dispose[] = [];

  add(dispose: Dispose): void {
    this.#disposes.push(dispose);
  }

  /** Resolves when everything was given back; rejects with an AggregateError of what failed. */
  async dispose(): Promise<void> {
    const failures: unknown[] = [];
    for (const dispose of this.#disposes.splice(0).reverse()) {
      try {
        await dispose();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'Some parts could not be closed');
  }
}
