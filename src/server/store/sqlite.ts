import Database from 'better-sqlite3';
import { CompiledQuery, SqliteAdapter, SqliteDialect, SqliteDriver, type DatabaseConnection, type Dialect, type DialectAdapter, type Driver, type SqliteDatabase, type SqliteDialectConfig, type SqliteStatement } from 'kysely';

/** A school in one file. Two processes may have it open: the server, and add-lesson beside it. */
export function sqliteDialect(file: string, nativeBinding?: string): Dialect {
  // The wait for another process has to be set before anything else is asked.
  const database = new Database(file, { timeout: busyMs, ...(nativeBinding ? { nativeBinding } : {}) });
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  return new WritingDialect({ database: rememberingStatements(database) });
}

/** So long one process waits for the other's transaction, each of which takes milliseconds. */
const busyMs = 10_000;
/** Far more than there are kinds of questions; lists of every length are kinds of their own. */
const rememberedStatements = 500;

/** Parsing and planning a statement costs several times what most of them take to run. */
function rememberingStatements(database: Database.Database): SqliteDatabase {
  const known = new Map<string, SqliteStatement>();
  return {
    close: () => database.close(),
    prepare: (sql) => {
      const statement = known.get(sql) ?? (database.prepare(sql) as SqliteStatement);
      // Last in the map is what was asked last.
      known.delete(sql);
      known.set(sql, statement);
      if (known.size > rememberedStatements) known.delete(known.keys().next().value ?? sql);
      return statement;
    },
  };
}

/**
 * One connection, handed on in the order it was asked for. The lock that Kysely brings wakes everyone who waits at each
 * hand-over, so that what a question costs grows with the crowd.
 *
 * Transactions take the writer's place when they begin. One that begins as a reader and writes later is refused at once,
 * without any wait, when another process wrote in between (SQLITE_BUSY_SNAPSHOT, https://www.sqlite.org/rescode.html#busy_snapshot).
 */
class WritingDriver extends SqliteDriver {
  readonly #waiting: (() => void)[] = [];
  #isTaken = false;

  override async acquireConnection(): Promise<DatabaseConnection> {
    if (this.#isTaken) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#isTaken = true;
    return super.acquireConnection();
  }

  override async releaseConnection(): Promise<void> {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#isTaken = false;
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }
}

/** The driver sees to it that there is one at a time. */
class OneByOneAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

class WritingDialect extends SqliteDialect {
  readonly #config: SqliteDialectConfig;

  constructor(config: SqliteDialectConfig) {
    super(config);
    this.#config = config;
  }

  override createDriver(): Driver {
    return new WritingDriver(this.#config);
  }

  override createAdapter(): DialectAdapter {
    return new OneByOneAdapter();
  }
}
