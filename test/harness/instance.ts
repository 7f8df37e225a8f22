import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** One process of teachify-server among several of one school. */
export interface Instance {
  /** Where it listens; empty for a worker. */
  readonly url: string;
  /** SIGKILL, in the middle of whatever it does. */
  kill(): Promise<void>;
  /** SIGTERM. @returns its exit code */
  stop(): Promise<number | null>;
}

const source = join(import.meta.dirname, '../../src/server/main.ts');

/** Starts it and waits until it says that it is ready. @param program another than the source, with its own packages */
export async function startInstance(args: readonly string[], env: Record<string, string>, program = source): Promise<Instance> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } });
  const ended = once(child, 'exit');
  const end = async (signal: 'SIGKILL' | 'SIGTERM') => {
    child.kill(signal);
    await ended;
    return child.exitCode;
  };
  for await (const line of createInterface({ input: child.stdout })) {
    const ready = /listening on (http:\S+)|waiting for lessons/.exec(line);
    if (!ready) continue;
    child.stdout.resume();
    return { url: ready[1] ?? '', kill: async () => void (await end('SIGKILL')), stop: () => end('SIGTERM') };
  }
  throw new Error(`The server ended with ${child.exitCode}`);
}
