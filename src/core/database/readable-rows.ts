import type { Connection } from './connection.ts';
import { isDamage } from './failures.ts';

export type Row = Readonly<Record<string, unknown>>;

/** Beyond so many missing row ids in a hole, asking for each would take too long. */
const probedRows = 200_000;

/**
 * Every row of a rowid table that can still be read: from the front until a damaged page, from the back until a damaged
 * page, and one by one in between. `complete` is false when a page could not be read.
 */
export function readableRows(connection: Connection, table: string): { rows: Row[]; complete: boolean } {
  const front = readUntilDamage(connection, table, 'ASC');
  if (front.complete) return front;
  const back = readUntilDamage(connection, table, 'DESC');
  const first = rowId(front.rows.at(-1)) ?? 0;
  const last = rowId(back.rows.at(-1)) ?? first + probedRows;
  const middle = readBetween(connection, table, first, Math.min(last, first + probedRows));
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

/** Row by row, both ends left out. */
function readBetween(connection: Connection, table: string, first: number, last: number): Row[] {
  const rows: Row[] = [];
  try {
    const readOne = connection.prepare<[number], Row>(`SELECT rowid AS row_id, * FROM ${table} WHERE rowid = ?`);
    for (let id = first + 1; id < last; id++) {
      const row = unlessUnreadable(() => readOne.get(id));
      if (row) rows.push(row);
    }
  } catch (error) {
    if (!isReadFailure(error)) throw error;
  }
  return rows;
}

function unlessUnreadable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!isReadFailure(error)) throw error;
    return undefined;
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
