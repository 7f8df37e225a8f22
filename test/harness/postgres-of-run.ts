import { once } from 'node:events';
import { createServer, connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { inject } from 'vitest';
import type { TestProject } from 'vitest/node';
import { createDatabase, startPostgres, type Postgres } from './postgres.ts';

declare module 'vitest' {
  interface ProvidedContext {
    readonly postgresKeeper: number;
  }
}

/** Vitest's global set-up of the tests on PostgreSQL: one for the whole run, started when the first test asks for it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  let started: Promise<Postgres> | null = null;
  const keeper = createServer((socket) => {
    started ??= startPostgres();
    started.then(({ port }) => socket.end(String(port)), (error: unknown) => socket.end(String(error)));
  });
  keeper.listen(0, '127.0.0.1');
  await once(keeper, 'listening');
  project.provide('postgresKeeper', (keeper.address() as AddressInfo).port);
  return async () => {
    keeper.close();
    await (await started)?.close();
  };
}

/** Where a school's database is to be: a new one in the run's PostgreSQL, or SQLite's file in that folder in the tests on SQLite. */
export async function freshDatabase(folder: string): Promise<string> {
  // A benchmark starts schools too, without Vitest.
  const keeper = process.env['VITEST'] ? (inject('postgresKeeper') as number | undefined) : undefined;
  if (keeper === undefined) return join(folder, 'school.db');
  const answer = await text(connect(keeper, '127.0.0.1'));
  const port = Number(answer);
  if (!port) throw new Error(answer);
  return createDatabase(port);
}
