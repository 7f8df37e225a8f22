import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { root } from './paths.mjs';

const parent = process.ppid;
const lookEveryMs = 250;

/**
 * npm ends its shell at a SIGTERM and then itself, and neither says a word to what the shell started: so that is told here.
 * Without npm nobody knows whether the parent was meant to stay; a program may be left running on purpose.
 */
function whenNpmIsGone(tell) {
  if (!process.env.npm_lifecycle_event || process.platform === 'win32') return () => {};
  const looking = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(looking);
    tell();
  }, lookEveryMs);
  return () => clearInterval(looking);
}

/** The environment of every program we start: what npm installed comes first on the PATH. */
export function environment(extra = {}) {
  const path = process.env.PATH ?? '';
  const bin = join(root, 'node_modules', '.bin');
  return { ...process.env, PATH: path.startsWith(bin) ? path : `${bin}${delimiter}${path}`, ...extra };
}

/**
 * Runs a program with our own input and output, hands it our termination signals, also that of npm's end, and waits for its end.
 * @returns {Promise<number>} its exit code; 128 + n when signal n ended it
 */
export function run(command, args, { env = {}, cwd = root, quiet = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: environment(env), stdio: quiet ? 'ignore' : 'inherit' });
    const forward = (signal) => child.kill(signal);
    process.on('SIGINT', forward);
    process.on('SIGTERM', forward);
    const unwatched = whenNpmIsGone(() => child.kill('SIGTERM'));
    const settle = (finish) => {
      unwatched();
      process.off('SIGINT', forward);
      process.off('SIGTERM', forward);
      finish();
    };
    child.on('error', (error) => settle(() => reject(error)));
    child.on('exit', (code, signal) => settle(() => resolve(code ?? 128 + (signal === 'SIGINT' ? 2 : 15))));
  });
}

/** As `run`, but gives what was printed; rejects when the program fails. */
export function capture(command, args, { env = {}, cwd = root } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: environment(env), stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (errors += chunk));
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve(output) : reject(new Error(`${command} ended with ${code}: ${errors.trim()}`))));
  });
}
