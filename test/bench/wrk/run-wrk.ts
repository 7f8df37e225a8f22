import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

interface Load {
  readonly url: string;
  /** File of what is asked for at random, each line "path<TAB>header<TAB>value". */
  readonly asks: string;
  readonly connections: number;
  readonly seconds: number;
}

export interface Served {
  readonly perSecond: number;
  readonly bytesEach: number;
  readonly medianMs: number;
  readonly p99Ms: number;
}

/** A server asked by wrk, a process of its own, without pause. Throws when an answer was a refusal or did not come. */
export async function runWrk({ url, asks, connections, seconds }: Load): Promise<Served> {
  const threads = Math.min(2, connections);
  const args = ['--latency', '-t', String(threads), '-c', String(connections), '-d', `${seconds}s`, '-s', join(import.meta.dirname, 'ask.lua'), url, '--', asks];
  const { stdout } = await run('wrk', args);
  const told = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { requests: number; bytes: number; seconds: number; failed: number; p99Ms: number; medianMs: number };
  if (told.failed > 0 || told.requests === 0) throw new Error(`Of ${told.requests} requests to ${url} ${told.failed} failed`);
  return { perSecond: told.requests / told.seconds, bytesEach: told.bytes / told.requests, medianMs: told.medianMs, p99Ms: told.p99Ms };
}
