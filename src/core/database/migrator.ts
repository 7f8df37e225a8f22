import type { Connection } from './connection.ts';

/** One step forward. Numbered by tens so that a step can be put between two; never changed once it shipped. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

/** Brings a database to the newest version, each step in a transaction of its own, `user_version` counting them. */
export function migrate(connection: Connection, migrations: readonly Migration[]): void {
  const current = Number(connection.pragma('user_version', { simple: true }));
  const newest = migrations.at(-1)?.version ?? 0;
  if (current > newest) throw new Error(`The database is of a newer version (${current}) than this program knows (${newest})`);
  for (const migration of migrations) {
    if (migration.version <= current) continue;
    connection.transaction(() => {
      connection.exec(migration.sql);
      connection.pragma(`user_version = ${migration.version}`);
    })();
  }
}
