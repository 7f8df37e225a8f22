import { setImmediate as nextTurn } from 'node:timers/promises';

/** In portions, with a turn of the event loop before each, so that long work holds nobody up. */
export async function inPortions<Item>(items: readonly Item[], size: number, work: (portion: readonly Item[]) => void | Promise<void>): Promise<void> {
  for (let first = 0; first < items.length; first += size) {
    await nextTurn();
    await work(items.slice(first, first + size));
  }
}
