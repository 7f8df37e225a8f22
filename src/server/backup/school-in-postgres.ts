import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** A server that was just stopped is still counted for a moment: PostgreSQL ends a connection's process after the client has gone. */
const lingering = { looks: 20, everyMs: 150 };

interface SchoolInPostgres {
  /** Of a school that is there; none in a database of something else, or of nothing. */
  readonly tables: readonly string[];
  /** Servers, workers and commands that are connected to it. */
  readonly connected: number;
}

/** What lies in a database that a school is to be restored into. Throws with a sentence when it is somebody else's. */
export async function schoolInPostgres(address: string, schema: string): Promise<SchoolInPostgres> {
  const client = new pg.Client({ connectionString: address, connectionTimeoutMillis: 10_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows: found } = await client.query<{ name: string }>('select tablename as name from pg_tables where schemaname = $1', [schema]);
    const tables = found.map(({ name }) => name);
    const isSchool = tables.includes('migrations') && tables.includes('people') && tables.includes('lessons');
    if (tables.length > 0 && !isSchool) throw new Error('There are tables in this database that are no school. Give the school a database of its own.');
    return { tables, connected: await connectedTo(client) };
  } finally {
    await client.end().catch(() => {});
  }
}

async function connectedTo(client: pg.Client): Promise<number> {
  let connected = 0;
  for (let look = 0; look < lingering.looks; look++) {
    if (look > 0) await sleep(lingering.everyMs);
    const { rows } = await client.query<{ count: string }>("select count(*) from pg_stat_activity where datname = current_database() and application_name = 'teachify'");
    connected = Number(rows[0]?.count ?? 0);
    if (connected === 0) break;
  }
  return connected;
}

/** Throws with a sentence while anything of the school is running. */
export function requireNoServer({ connected }: SchoolInPostgres): void {
  if (connected > 0) throw new Error('Servers or workers of this school are connected to its database. Stop them first: what students do meanwhile would be lost. Nothing was changed.');
}
