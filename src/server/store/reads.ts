import { isAway, isBehind } from './failures.ts';
import type { Store } from './schema.ts';

/** Runs a query that only reads and may be some seconds behind: never what someone has just written, never who may see what. */
export type Reads = <Result>(query: (store: Store) => Promise<Result>) => Promise<Result>;

/** So long nobody asks a replica that was away. */
const restMs = 10_000;

/** Reads from the replica, and from the primary where there is none or it is away. */
export function readsFrom(primary: Store, replica: Store | null, now: () => number): Reads {
  if (!replica) return (query) => query(primary);
  let restsUntil = 0;
  return async (query) => {
    if (now() < restsUntil) return query(primary);
    try {
      return await query(replica);
    } catch (error) {
      if (!isAway(error) && !isBehind(error)) throw error;
      restsUntil = now() + restMs;
      return query(primary);
    }
  };
}
