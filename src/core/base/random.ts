import { randomBytes, randomUUID } from 'node:crypto';

/** Ids and chance, so that tests can own both. */
export interface Random {
  id(): string;
  /** Uniform in [0, 1). */
  fraction(): number;
  bytes(count: number): Uint8Array;
}

export function systemRandom(): Random {
  return { id: () => randomUUID(), fraction: () => Math.random(), bytes: (count) => randomBytes(count) };
}
