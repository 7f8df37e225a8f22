import { PostgresDialect, type Dialect } from 'kysely';
import pg from 'pg';

/** Whether this is where a PostgreSQL is, and no file. */
export function isPostgresAddress(address: string): boolean {
  return /^postgres(ql)?:\/\//.test(address);
}

/** Connections of one process; PostgreSQL lets in a hundred by default. */
const connections = 10;
const connectMs = 10_000;
/** No answer of the server takes so long; a line that died without a word is noticed after it. */
const statementMs = 30_000;
/** A process that stands still in a transaction would hold its locks for good. */
const idleInTransactionMs = 30_000;

/** @param onLost told of a connection that broke while nobody used it */
export function postgresDialect(address: string, onLost: (error: Error) => void = () => {}): Dialect {
  const pool = new pg.Pool({
    ...{ connectionString: address, application_name: 'teachify', max: connections, keepAlive: true, connectionTimeoutMillis: connectMs },
    ...{ statement_timeout: statementMs, query_timeout: statementMs + connectMs, idle_in_transaction_session_timeout: idleInTransactionMs },
    types: { getTypeParser: parserOf },
  });
  // Without listeners the process would end with a connection that breaks, idle or held.
  pool.on('error', onLost);
  pool.on('connect', (client) => void client.on('error', onLost));
  return new PostgresDialect({ pool });
}

/** Counts and times fit into a double to the millisecond; as in SQLite they come as numbers, not as text. */
const numbers = new Set<number>([pg.types.builtins.INT8, pg.types.builtins.NUMERIC]);

const parserOf: typeof pg.types.getTypeParser = ((oid: number, format?: 'text' | 'binary') =>
  numbers.has(oid) && format !== 'binary' ? Number : (pg.types.getTypeParser(oid, format) as unknown)) as typeof pg.types.getTypeParser;
