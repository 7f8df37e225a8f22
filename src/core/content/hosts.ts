import type { Clock } from '../base/clock.ts';
import { Concurrency } from './concurrency.ts';
import { HostPause } from './host-pause.ts';
import type { FileDescription } from './ports.ts';

/** What one host takes at once, and whether it asked to be left alone for a while. */
export interface Host {
  readonly concurrency: Concurrency;
  readonly pause: HostPause;
}

/** The school's own server, whatever its address. */
export const schoolHost = 'school';

/** Where a piece of a file lies: the school, or the host of its own address. */
export function hostOf({ origin }: FileDescription, piece: number): string {
  const url = origin.kind === 'elsewhere' ? origin.places[piece]?.url : undefined;
  return url === undefined ? schoolHost : (URL.parse(url)?.host ?? schoolHost);
}

/** Each host answers for itself: one that is overrun or broken slows nobody else. */
export class Hosts {
  readonly #clock: Clock;
  readonly #byName = new Map<string, Host>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get(name: string): Host {
    const host = this.#byName.get(name) ?? { concurrency: new Concurrency(), pause: new HostPause(this.#clock) };
    this.#byName.set(name, host);
    return host;
  }
}
