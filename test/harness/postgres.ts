import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePort } from './free-port.ts';

const run = promisify(execFile);

/** A real PostgreSQL of its own, in a temporary folder, forgetting nothing but power cuts. */
export interface Postgres {
  /** Makes an empty database. @returns its address */
  createDatabase(): Promise<string>;
  /** SIGKILL to it and all its children, as when the machine is switched off. */
  kill(): Promise<void>;
  /** Where it was, with what it had. */
  start(): Promise<void>;
  /** A second one that follows this one, for reading alone: made by pg_basebackup, fed by streaming replication. */
  startStandby(): Promise<Standby>;
  /** Stops it and removes its folder. */
  close(): Promise<void>;
  readonly port: number;
}

export interface Standby {
  /** Of the same database there. */
  addressOf(address: string): string;
  kill(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

export async function startPostgres(): Promise<Postgres> {
  const folder = await mkdtemp(join(tmpdir(), 'teachify-postgres-'));
  const data = join(folder, 'data');
  const owner = await unprivileged();
  if (owner) chownSync(folder, owner.uid, owner.gid);
  await run(program('initdb'), ['--pgdata', data, '--username', 'teachify', '--auth', 'trust', '--encoding', 'UTF8', '--no-locale', '--no-sync', '--no-instructions'], { ...owner, cwd: folder });
  const { port, start, end } = await cluster({ folder, data, owner });
  await start();
  return {
    port,
    start,
    kill: () => end('SIGKILL'),
    createDatabase: () => createDatabase(port),
    startStandby: async () => {
      const copy = await mkdtemp(join(folder, 'standby-'));
      if (owner) chownSync(copy, owner.uid, owner.gid);
      const copied = join(copy, 'data');
      await run(program('pg_basebackup'), ['--dbname', addressOf(port, 'postgres'), '--pgdata', copied, '--write-recovery-conf', '--wal-method', 'stream', '--checkpoint', 'fast', '--no-sync'], { ...owner, cwd: copy });
      const standby = await cluster({ folder: copy, data: copied, owner });
      await standby.start();
      return {
        addressOf: (address) => Object.assign(new URL(address), { port: String(standby.port) }).href,
        start: standby.start,
        kill: () => standby.end('SIGKILL'),
        close: () => standby.end('SIGQUIT'),
      };
    },
    close: async () => {
      await end('SIGQUIT');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Place {
  readonly folder: string;
  readonly data: string;
  readonly owner: { uid: number; gid: number } | null;
}

/** What lies in a folder, on a port of its own. */
async function cluster({ folder, data, owner }: Place) {
  const port = await freePort();
  let running: ChildProcess | null = null;

  const start = async () => {
    const settings = { port, listen_addresses: '127.0.0.1', unix_socket_directories: '', max_connections: 100, shared_buffers: '32MB', fsync: 'off', full_page_writes: 'off' };
    const args = ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
    const child = spawn(program('postgres'), args, { ...owner, cwd: folder, stdio: 'ignore', detached: true });
    running = child;
    while (!(await answers(addressOf(port, 'postgres')))) {
      if (child.exitCode !== null) throw new Error(`PostgreSQL ended with ${child.exitCode}`);
      await later(30);
    }
  };
  const end = async (signal: 'SIGKILL' | 'SIGQUIT') => {
    const child = running;
    running = null;
    if (!child?.pid || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    if (signal === 'SIGKILL') await killFamily(child.pid);
    else child.kill(signal);
    await ended;
  };
  return { port, start, end };
}

/**
 * Ends it and those it has begun for connections, all at once, and waits until they are gone: each of them has a session of its
 * own, so that no signal to a group reaches it, and would work and answer until it notices that its parent is dead.
 */
async function killFamily(parent: number): Promise<void> {
  // So that it begins no more of them.
  process.kill(parent, 'SIGSTOP');
  let family: Running[] = [];
  do family = (await processes()).filter(({ pid, parentPid }) => pid === parent || parentPid === parent);
  while (/^[^TZ]/.test(family.find(({ pid }) => pid === parent)?.state ?? 'Z'));
  for (const { pid } of family) kill(pid);
  const killed = new Set(family.map(({ pid }) => pid));
  while ((await processes()).some(({ pid, state }) => killed.has(pid) && !state.startsWith('Z'))) await later(20);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It ended by itself meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

interface Running {
  readonly pid: number;
  readonly parentPid: number;
  /** As ps says it: T stopped, Z ended. */
  readonly state: string;
}

async function processes(): Promise<Running[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,stat=']);
  return stdout.trim().split('\n').map((line) => {
    const [pid, parentPid, state = ''] = line.trim().split(/\s+/);
    return { pid: Number(pid), parentPid: Number(parentPid), state };
  });
}

/** Makes an empty database in the PostgreSQL at this port. @returns its address */
export async function createDatabase(port: number): Promise<string> {
  const name = `school_${randomUUID().replaceAll('-', '')}`;
  const client = new pg.Client({ connectionString: addressOf(port, 'postgres') });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  return addressOf(port, name);
}

function addressOf(port: number, database: string): string {
  return `postgresql://teachify:not-a-secret@127.0.0.1:${port}/${database}`;
}

async function answers(address: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: address });
  client.on('error', () => {});
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

/** PostgreSQL does not run as root. Debian's package brings a user for it. */
async function unprivileged(): Promise<{ uid: number; gid: number } | null> {
  if (process.getuid?.() !== 0) return null;
  const [uid, gid] = await Promise.all(['-u', '-g'].map(async (flag) => Number((await run('id', [flag, 'postgres'])).stdout)));
  if (!uid || !gid) throw new Error(`${userInfo().username} cannot run PostgreSQL, and there is no user postgres`);
  return { uid, gid };
}

/** Debian keeps them by version, off the PATH. */
function program(name: string): string {
  const versions = '/usr/lib/postgresql';
  const newest = existsSync(versions) ? readdirSync(versions).toSorted((a, b) => Number(b) - Number(a))[0] : undefined;
  return newest === undefined ? name : join(versions, newest, 'bin', name);
}
