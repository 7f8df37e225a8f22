import type { Connection } from './connection.ts';
import { isDamage } from './failures.ts';

export type Row = Readonly<Record<string, unknown>>;

/** Row ids are looked for up to here when not even the last one can be read. */
const farthestId = 2 ** 48;
/** Looks for the end of one damaged page, as many as cross a quarter of a million ids. */
const patience = 2_000;

/**
 * Every row of a rowid table that can still be read: from the front until a damaged page, from the back until a damaged
 * page, and in between from one damaged page to the next. `complete` is false when a page could not be read.
 */
export function readableRows(connection: Connection, table: string): { rows: Row[]; complete: boolean } {
  const front = readUntilDamage(connection, table, 'ASC');
  if (front.complete) return front;
  const back = readUntilDamage(connection, table, 'DESC');
  const first = rowId(front.rows.at(-1)) ?? 0;
  const last = rowId(back.rows.at(-1)) ?? farthestId;
  const middle = readBetween(connection, table, first, last);
  const fromBack = back.rows.filter((row) => (rowId(row) ?? 0) > first);
  return { rows: [...front.rows, ...middle, ...fromBack.toReversed()], complete: false };
}

function readUntilDamage(connection: Connection, table: string, order: 'ASC' | 'DESC'): { rows: Row[]; complete: boolean } {
  const rows: Row[] = [];
  try {
    for (const row of connection.prepare<[], Row>(`SELECT rowid AS row_id, * FROM ${table} ORDER BY rowid ${order}`).iterate()) {
      rows.push(row);
    }
    return { rows, complete: true };
  } catch (error) {
    if (!isReadFailure(error)) throw error;
    return { rows, complete: false };
  }
}

/**
 * Both ends left out. A damaged page is crossed in strides that grow slowly, or a sound page between two damaged ones would be
 * jumped over; the first id behind it is found by halving. A hole that seems to have no end is crossed in bounds.
 */
function readBetween(connection: Connection, table: string, first: number, last: number): Row[] {
  const rows: Row[] = [];
  try {
    const next = connection.prepare<[number], Row>(`SELECT rowid AS row_id, * FROM ${table} WHERE rowid > ? ORDER BY rowid LIMIT 1`);
    const isReadable = (id: number) => unlessUnreadable(() => next.get(id)) !== 'unreadable';
    for (let at = first, stride = 1, misses = 0; at < last; ) {
      const row = unlessUnreadable(() => next.get(at));
      if (row === 'unreadable') {
        const beyond = Math.min(last, at + stride);
        misses += 1;
        stride = misses < patience ? 1 + (misses >> 3) : stride * 2;
        at = beyond < last && isReadable(beyond) ? firstReadable(at, beyond, isReadable) : beyond;
        continue;
      }
      const id = rowId(row);
      if (!row || id === undefined || id >= last) break;
      rows.push(row);
      at = id;
      [stride, misses] = [1, 0];
    }
  } catch (error) {
    if (!isReadFailure(error)) throw error;
  }
  return rows;
}

/** Between an id that is not readable and one that is, in one damaged page. */
function firstReadable(unreadable: number, readable: number, isReadable: (id: number) => boolean): number {
  let [low, high] = [unreadable, readable];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isReadable(middle)) high = middle;
    else low = middle;
  }
  return high;
}

function unlessUnreadable<T>(read: () => T): T | 'unreadable' {
  try {
    return read();
  } catch (error) {
    if (!isReadFailure(error)) throw error;
    return 'unreadable';
  }
}

/** Damage also shows as a table that is no longer there or a short read. */
function isReadFailure(error: unknown): boolean {
  return isDamage(error) || (error instanceof Error && 'code' in error && /^SQLITE_(ERROR|IOERR)/.test(String(error.code)));
}

function rowId(row: Row | undefined): number | undefined {
  const id = row?.['row_id'];
  return typeof id === 'number' ? id : undefined;
}
