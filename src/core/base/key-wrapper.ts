/** Wraps leases and content keys for the databases. */
export interface KeyWrapper {
  /** `context` says whose and what for; it opens under no other. */
  wrap(secret: string, context: string): Uint8Array;
  /** Null when it was wrapped by another key, for something else, or changed since. */
  unwrap(wrapped: Uint8Array, context: string): string | null;
}
