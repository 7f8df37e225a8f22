import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** A program that says at which address it listens, in its own process. */
export interface RunningSchool {
  readonly url: string;
  /** What it complained about so far, one line each. */
  readonly complaints: readonly string[];
  /** The most memory it had resident while `work` ran, in MB. */
  watchMemory(work: () => Promise<void>): Promise<number>;
  close(): Promise<void>;
}

/** The course server as `teachify-server` runs it, on a data folder, without a log of requests. */
export function runSchool(data: string, ...flags: readonly string[]): Promise<RunningSchool> {
  return runListening(join(import.meta.dirname, '../../out/server/main.js'), ['--data', data, '--port', '0', '--workers', '0', '--log-level', 'warn', ...flags]);
}

export async function runListening(program: string, args: readonly string[]): Promise<RunningSchool> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const complaints: string[] = [];
  createInterface(child.stderr).on('line', (line) => complaints.push(line));
  const output = createInterface(child.stdout);
  const url = await new Promise<string>((resolve, reject) => {
    output.on('line', (line) => {
      const [found] = /http:\/\/[\d.]+:\d+/.exec(line) ?? [];
      if (found && line.includes('listening')) resolve(found);
      // Its log has warnings and worse alone.
      else if (line.startsWith('{')) complaints.push(line);
    });
    child.once('exit', (code) => reject(new Error(`${program} ended with ${code}: ${complaints.join('\n')}`)));
  });
  const residentMB = async () => Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1000;
  return {
    url,
    complaints,
    watchMemory: async (work) => {
      let most = 0;
      let isOver = false;
      const watching = (async () => {
        while (!isOver) {
          most = Math.max(most, await residentMB());
          await sleep(50);
        }
      })();
      await work();
      isOver = true;
      await watching;
      return most;
    },
    close: async () => {
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}
