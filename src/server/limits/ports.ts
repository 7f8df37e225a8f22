/** So many attempts in so many ms. */
export interface Allowance {
  readonly max: number;
  readonly windowMs: number;
}

/** Counts attempts. One for all instances of a school when they share their counts. */
export interface Limiter {
  /** Counts an attempt. @returns seconds to wait, 0 when it is allowed */
  take(key: string, allowance: Allowance): Promise<number>;
  /** As if the attempts counted under the key had not been. */
  forget(key: string): Promise<void>;
}
