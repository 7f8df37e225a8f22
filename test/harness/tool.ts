import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { people } from './tiny-school.ts';

const main = join(import.meta.dirname, '../../src/cli/main.ts');
const wrongClock = join(import.meta.dirname, '../fixtures/wrong-clock.ts');

export interface Line {
  readonly event: string;
  readonly [field: string]: unknown;
}

/** The headless tool as a process of its own, telling JSON. */
export interface Run {
  readonly child: ChildProcess;
  /** Told so far, oldest first. */
  readonly lines: readonly Line[];
  /** The exit status; null when it was killed. */
  readonly ended: Promise<number | null>;
}

interface Seat {
  readonly data: string;
  readonly url: string;
  /** Whose credentials the environment names; nobody's when null. */
  readonly who?: keyof typeof people | null;
  /** How far the machine's wall clock is off. */
  readonly clockOffMs?: number;
  /** Of the machine, beside the credentials. */
  readonly env?: Readonly<Record<string, string>>;
  /** What runs the tool, with its own arguments; plain Node when left out. */
  readonly program?: readonly [string, ...string[]];
}

export function startTool({ data, url, who = 'both', clockOffMs = 0, env: more = {}, program }: Seat, ...args: readonly string[]): Run {
  const { TEACHIFY_EMAIL: _, TEACHIFY_PASSWORD: __, VITE_API_URL: ___, ...env } = process.env;
  const credentials = who ? { TEACHIFY_EMAIL: people[who].email, TEACHIFY_PASSWORD: people[who].password } : {};
  const clock = clockOffMs === 0 ? [] : ['--import', wrongClock];
  const [executable, ...own] = program ?? [process.execPath, ...clock, main];
  const child = spawn(executable, [...own, '--json', '--data', data, '--server', url, ...args], {
    env: { ...env, ...credentials, ...more, TEACHIFY_TEST_CLOCK_OFF_MS: String(clockOffMs) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: Line[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line) as Line));
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => {
    if (code === 1) throw new Error(`The tool failed as it must not: ${complaints} ${JSON.stringify(lines.at(-1))}`);
    return code as number | null;
  });
  return { child, lines, ended };
}

export async function runTool(seat: Seat, ...args: readonly string[]): Promise<{ code: number | null; lines: readonly Line[] }> {
  const { lines, ended } = startTool(seat, ...args);
  return { code: await ended, lines };
}
