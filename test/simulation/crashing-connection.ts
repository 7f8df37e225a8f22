import type Database from 'better-sqlite3';

/** The process ended here. */
export class Crash extends Error {}

/** A database whose process may end before any statement; the transaction under way is then undone, as after a real end. */
export class CrashingConnection {
  readonly raw: Database.Database;
  /** As what it is used. */
  readonly connection: Database.Database;
  /** Statements until the end; null for never. */
  #left: number | null = null;
  /** After the end nothing runs any more, until `revive`. */
  #stays: boolean;
  #dead = false;

  constructor(raw: Database.Database, { stays }: { stays: boolean }) {
    this.raw = raw;
    this.#stays = stays;
    this.connection = watchStatements(raw, () => this.#step());
  }

  crashAfter(statements: number | null): void {
    this.#left = statements;
    this.#dead = false;
  }

  #step(): void {
    if (this.#dead) throw new Crash('The process has ended');
    if (this.#left === null) return;
    if (this.#left > 0) {
      this.#left -= 1;
      return;
    }
    this.#left = null;
    this.#dead = this.#stays;
    throw new Crash('The process ends here');
  }
}

/** The same database, telling before each statement it runs. */
export function watchStatements(raw: Database.Database, tell: () => void): Database.Database {
  const watched = <Statement extends object>(statement: Statement): Statement =>
    new Proxy(statement, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        const call = value as (...args: unknown[]) => unknown;
        if (name === 'pluck') return (...args: unknown[]) => watched(call.apply(target, args) as object);
        if (name !== 'run' && name !== 'get' && name !== 'all' && name !== 'iterate') return call.bind(target);
        return (...args: unknown[]) => {
          tell();
          return call.apply(target, args);
        };
      },
    });
  return new Proxy(raw, {
    get: (target, name) => {
      // SQLite undoes a transaction by itself when it cannot go on; to fail at that is not a thing it does.
      if (name === 'prepare') return (sql: string) => (/^rollback$/i.test(sql) ? target.prepare(sql) : watched(target.prepare(sql)));
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
    },
  });
}
