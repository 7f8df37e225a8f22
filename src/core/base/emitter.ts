export type Listener<Payload> = (payload: Payload) => void;

/** The listening half, which is all that others are handed. Gives back the function that stops listening. */
export type Event<Payload> = (listener: Listener<Payload>) => () => void;

/** One typed event. Listeners are called in the order they came; one that throws is a bug and is not hidden. */
export class Emitter<Payload> {
  readonly #listeners = new Set<Listener<Payload>>();

  readonly event: Event<Payload> = (listener) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  emit(payload: Payload): void {
    for (const listener of [...this.#listeners]) listener(payload);
  }
}
