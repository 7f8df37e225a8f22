import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from './free-port.ts';

/** One answer as the server's access log tells it. */
export interface ServedRequest {
  readonly time: number;
  readonly method: string;
  readonly path: string;
  readonly range: string | null;
  readonly status: number;
  /** Handed to the socket; what of it arrived is another matter. */
  readonly bytes: number;
}

/** The course server in its own process, with its own folder, which outlives a stop. */
export interface CourseServer {
  readonly url: string;
  /** Its data folder: database, keys, media. */
  readonly folder: string;
  /** Its access log so far, oldest first. */
  requests(): ServedRequest[];
  /** SIGTERM, as a service is stopped. */
  stop(): Promise<void>;
  /** Tells it what a terminal or a service would, also when it is stopping already. */
  signal(name: 'SIGTERM' | 'SIGINT'): void;
  /** At the same address, with what it had. */
  start(): Promise<void>;
  /** Stops it and removes its folder. */
  close(): Promise<void>;
}

const root = join(import.meta.dirname, '../..');

/** @param school folder of an encoded school; published at the first start */
export async function startCourseServer({ school }: { school: string }): Promise<CourseServer> {
  const folder = await mkdtemp(join(tmpdir(), 'teachify-server-'));
  const log = join(folder, 'access.jsonl');
  let running: ChildProcess | null = null;
  let latest: ChildProcess | null = null;
  // Where it comes back after a stop.
  const port = await freePort();

  const start = async () => {
    if (running) return;
    const args = ['--data', folder, '--port', String(port), '--access-log', log, '--demo-school', school, '--log-level', 'warn'];
    const child = spawn(process.execPath, [join(root, 'src/server/main.ts'), ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    running = latest = child;
    for await (const line of createInterface({ input: child.stdout })) {
      if (!/listening on http:/.test(line)) continue;
      child.stdout.resume();
      return;
    }
    throw new Error(`The course server ended with ${child.exitCode}`);
  };
  const stop = async () => {
    const child = running;
    running = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  };
  await start();
  return {
    url: `http://127.0.0.1:${port}`,
    folder,
    requests: () => readFileSync(log, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line) as ServedRequest),
    start,
    stop,
    signal: (name) => void latest?.kill(name),
    close: async () => {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
