import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { startPostgres } from '../../../harness/postgres.ts';

it('of a PostgreSQL that was killed nobody is left who works or answers, and it starts again at once', async () => {
  const postgres = await startPostgres();
  onTestFinished(() => postgres.close());
  const address = await postgres.createDatabase();
  const [busy, idle] = [new pg.Client({ connectionString: address }), new pg.Client({ connectionString: address })];
  for (const client of [busy, idle]) {
    client.on('error', () => {});
    await client.connect();
  }
  const { rows } = await busy.query<{ pid: number }>('select pg_backend_pid() as pid');
  await busy.query(`set statement_timeout = '50s'`);
  // Never looks up from its work.
  const working = busy.query('do $$ begin loop end loop; end $$').catch((error: Error) => error.message);
  const isActive = async () => (await idle.query('select 1 from pg_stat_activity where pid = $1 and state = $2', [rows[0]?.pid, 'active'])).rowCount;
  await expect.poll(isActive).toBe(1);
  await postgres.kill();
  expect(await working).not.toMatch('statement timeout');
  await expect(idle.query('select 1')).rejects.toThrow();
  await postgres.start();
  const again = new pg.Client({ connectionString: address });
  await again.connect();
  expect((await again.query('select 1')).rowCount).toBe(1);
  await again.end();
});
