/** Notes or settings that a batch meets and leaves behind. Of two writings of one, the later stays. */
export class Writings<Item extends object> {
  readonly #later: (a: Item, b: Item) => Item;
  readonly #rows: Map<string, Item & { readonly version: number }>;
  readonly #fresh = new Map<string, Item>();
  readonly #told = new Set<string>();

  /** @param known what the database has of them, by id */
  constructor(known: ReadonlyMap<string, Item & { readonly version: number }>, later: (a: Item, b: Item) => Item) {
    this.#rows = new Map(known);
    this.#later = later;
  }

  /** Whether this writing stays, or there is a later one. */
  take(id: string, written: Item): boolean {
    this.#told.add(id);
    const before = this.#fresh.get(id) ?? this.#rows.get(id);
    if (before && this.#later(before, written) === before) return false;
    this.#fresh.set(id, written);
    return true;
  }

  /** Whoever asks again is told again: these are not joined at the other end. */
  tellAgain(id: string): void {
    this.#told.add(id);
  }

  get freshCount(): number {
    return this.#fresh.size;
  }

  /** Counts what stays, so that it can be written down. @param last the newest of as many versions */
  countTo(last: number): ReadonlyMap<string, Item & { readonly version: number }> {
    const first = last - this.#fresh.size + 1;
    const counted = new Map([...this.#fresh].map(([id, item], index) => [id, { ...item, version: first + index }]));
    for (const [id, row] of counted) this.#rows.set(id, row);
    this.#fresh.clear();
    return counted;
  }

  /** All that the batch wrote or asked for, as the school has it now. */
  rows(): (Item & { readonly version: number })[] {
    return [...this.#told].flatMap((id) => this.#rows.get(id) ?? []);
  }
}
