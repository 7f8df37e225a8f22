import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { electronExecutable } from '../../build/setup/electron.mjs';

export interface ElectronRun {
  /** The program to load: a folder with package.json, or a file. */
  readonly main: string;
  readonly userData: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Chromium flags beyond those every run has. */
  readonly flags?: readonly string[];
}

/**
 * Starts Electron without a debugger and waits until its main prints `MARK <json>`; then lets it end by itself.
 * @returns what it marked, and the milliseconds from our spawn to the mark
 */
export async function runElectron({ main, userData, env = {}, flags: more = [] }: ElectronRun): Promise<{ mark: unknown; milliseconds: number }> {
  const flags = [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-gpu', `--user-data-dir=${userData}`, ...more];
  const began = performance.now();
  const child = spawn(electronExecutable().executable, [...flags, main], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'exit');
  let said = '';
  let wrong = '';
  child.stderr.on('data', (chunk: Buffer) => (wrong += String(chunk)));
  const marked = new Promise<{ mark: unknown; milliseconds: number }>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      said += String(chunk);
      const found = /^MARK (.*)$/m.exec(said);
      if (found?.[1]) resolve({ mark: JSON.parse(found[1]), milliseconds: performance.now() - began });
    });
    child.once('exit', (code) => reject(new Error(`Electron ended with ${code} before its mark: ${wrong.slice(-2000)}`)));
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), 60_000);
  try {
    return await marked;
  } finally {
    await ended;
    clearTimeout(timer);
  }
}
