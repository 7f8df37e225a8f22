import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';

/** PostgreSQL's own programs, which know how to write a database down and read it back. */
type Program = 'pg_dump' | 'pg_restore' | 'psql';

interface Running {
  readonly child: ChildProcess & { stdin: Writable; stdout: Readable };
  /** Throws with a sentence when the program failed. */
  readonly ended: Promise<void>;
}

/** The password goes by the environment: every user of a machine sees what its programs were started with. */
function connectionOf(address: string): { readonly uri: string; readonly env: NodeJS.ProcessEnv } {
  const url = new URL(address);
  const password = decodeURIComponent(url.password);
  url.password = '';
  return { uri: url.href, env: { ...process.env, ...(password ? { PGPASSWORD: password } : {}) } };
}

/** @param address of the database it works on; null for one that reads files alone */
function start(program: Program, address: string | null, args: readonly string[]): Running {
  const { uri, env } = address === null ? { uri: null, env: process.env } : connectionOf(address);
  const child = spawn(program, [...(uri === null ? [] : ['--dbname', uri]), ...args], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2000)));
  // How it ended says more than that it took no more input.
  child.stdin.on('error', () => {});
  const ended = once(child, 'close').then(
    ([code]) => {
      if (code !== 0) throw new Error(`${program} failed: ${said.trim() || `it ended with ${String(code ?? child.signalCode)}`}`);
    },
    (error: unknown) => {
      const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      throw isMissing ? new Error(`There is no ${program} here: install PostgreSQL's client programs, of the server's version or a later one.`, { cause: error }) : error;
    },
  );
  ended.catch(() => {});
  return { child, ended };
}

/** Writes a database into a file as it was at a snapshot, without the rows of these tables and without the queue of jobs. */
export async function dumpDatabase(address: string, { snapshot, file, rowsLeftOut, signal }: { snapshot: string; file: string; rowsLeftOut: readonly string[]; signal: AbortSignal }): Promise<void> {
  const args = ['--format=custom', '--no-owner', '--no-privileges', '--exclude-schema=pgboss', ...rowsLeftOut.map((table) => `--exclude-table-data=${table}`), `--snapshot=${snapshot}`, `--file=${file}`, '--no-password'];
  const { child, ended } = start('pg_dump', address, args);
  child.stdin.end();
  child.stdout.resume();
  const stop = () => child.kill();
  signal.addEventListener('abort', stop);
  await ended.finally(() => signal.removeEventListener('abort', stop));
}

/** Reads such a file into a database, in one transaction with what is to be done before and after: all of it or nothing. */
export async function loadDatabase(address: string, { file, before, after }: { file: string; before: string; after: string }): Promise<void> {
  const loading = start('psql', address, ['--no-psqlrc', '--quiet', '--single-transaction', '--set=ON_ERROR_STOP=1', '--file=-', '--no-password']);
  loading.child.stdout.resume();
  loading.child.stdin.write(before);
  const reading = start('pg_restore', null, ['--no-owner', '--no-privileges', '--exit-on-error', '--file=-', file]);
  reading.child.stdin.end();
  reading.child.stdout.pipe(loading.child.stdin, { end: false });
  try {
    // Whichever fails first says why.
    await Promise.race([reading.ended, loading.ended.then(() => reading.ended)]);
    loading.child.stdin.end(after);
    await loading.ended;
  } catch (error) {
    // Its input must not end as if it were whole: what is cut off is rolled back.
    loading.child.kill('SIGKILL');
    reading.child.kill('SIGKILL');
    throw error;
  }
}
