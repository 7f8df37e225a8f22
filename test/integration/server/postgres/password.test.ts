import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { expect, it } from 'vitest';
import { startInstance } from '../../../harness/instance.ts';
import { freshDatabase } from '../../../harness/postgres-of-run.ts';
import { schoolClient } from '../../../harness/school-client.ts';
import { temporaryFolder } from '../../../harness/temporary-folder.ts';

const run = promisify(execFile);
const program = join(import.meta.dirname, '../../../../src/server/main.ts');
const secret = `p@ss:w/rd?#%41&"' $x`;

it('a password of any signs is given apart from the address, to the server and to what backs it up', async () => {
  const folder = temporaryFolder();
  const database = await freshDatabase(folder);
  const admin = new pg.Client({ connectionString: database });
  await admin.connect();
  await admin.query(`create role guarded superuser login password ${pg.escapeLiteral(secret)}`);
  const { rows } = await admin.query<{ hba_file: string }>('show hba_file');
  const rules = rows[0]?.hba_file ?? '';
  writeFileSync(rules, `host all guarded 127.0.0.1/32 scram-sha-256\n${readFileSync(rules, 'utf8')}`);
  await admin.query('select pg_reload_conf()');

  const address = Object.assign(new URL(database), { username: 'guarded', password: '' }).href;
  const tried = async (password: string) => {
    const { hostname, port, pathname } = new URL(database);
    const client = new pg.Client({ host: hostname, port: Number(port), database: pathname.slice(1), user: 'guarded', password });
    return client.connect().then(() => client.end().then(() => 'in'), () => 'refused');
  };
  // The rule is read within a moment.
  await expect.poll(() => tried('another')).toBe('refused');
  expect(await tried(secret)).toBe('in');

  const env = { DATABASE_URL: address, PGPASSWORD: secret };
  const data = join(folder, 'data');
  const server = await startInstance(['--data', data, '--port', '0', '--log-level', 'silent', '--workers', '0'], env);
  expect((await schoolClient(server.url).ask('/readyz')).status).toBe(200);
  const { stdout } = await run(process.execPath, [program, 'backup', '--to', join(folder, 'backups'), '--data', data], { env: { ...process.env, ...env } });
  expect(stdout).toMatch(/^\d{4}-/);
  expect(await server.stop()).toBe(0);
  await admin.end();
});
