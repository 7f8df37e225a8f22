import { _electron, type ElectronApplication, type Page } from '@playwright/test';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { electronExecutable } from '../../build/setup/electron.mjs';
import { buildSqliteBinding } from '../../build/setup/sqlite-binding.mjs';

const root = join(import.meta.dirname, '../..');
const quitPatienceMs = 45_000;

export interface Launch {
  /** TEACHIFY_DATA; give two launches the same one to start the app again. */
  readonly dataFolder: string;
  /** VITE_API_URL. */
  readonly serverUrl?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Chromium flags and arguments of the app. */
  readonly args?: readonly string[];
}

/** The real app in a real window. */
export interface RunningApp {
  readonly app: ElectronApplication;
  readonly window: Page;
  readonly pid: number;
  /** Quits it as a student does; kills it when it has not ended after 45 s, and says so. */
  close(): Promise<void>;
  /** SIGKILL, as a power cut. */
  kill(): Promise<void>;
}

/**
 * Starts the built app (out/), or the packaged one at TEACHIFY_PACKAGED_APP, and waits for its first window.
 * Needs a display, and set-up to have run.
 */
export async function launchApp({ dataFolder, serverUrl, env = {}, args = [] }: Launch): Promise<RunningApp> {
  const app = await _electron.launch(await commandOf({ dataFolder, ...(serverUrl ? { serverUrl } : {}), env, args }));
  const child = app.process();
  const ended = once(child, 'exit');
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  const kill = async () => {
    if (isRunning()) child.kill('SIGKILL');
    await ended;
  };
  try {
    const window = await app.firstWindow();
    return {
      ...{ app, window, kill },
      pid: child.pid ?? 0,
      close: async () => {
        if (!isRunning()) return;
        const quit = app.close().then(() => ended);
        const inTime = await Promise.race([quit.then(() => true), sleep(quitPatienceMs, false, { ref: false })]);
        if (inTime) return;
        await kill();
        throw new Error(`The app did not end within ${quitPatienceMs / 1000} s of being asked to`);
      },
    };
  } catch (error) {
    await kill();
    throw error;
  }
}

/** What starts the app: for those who start it without Playwright at its side. */
export async function commandOf({ dataFolder, serverUrl, env = {}, args = [] }: Launch): Promise<{ executablePath: string; args: string[]; cwd: string; env: Record<string, string> }> {
  const packaged = process.env['TEACHIFY_PACKAGED_APP'];
  return {
    executablePath: packaged ?? electronExecutable().executable,
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-gpu', ...args, ...(packaged ? [] : [root])],
    cwd: root,
    env: { ...surroundings(), ...(await sqliteBinding()), TEACHIFY_DATA: dataFolder, ...(serverUrl ? { VITE_API_URL: serverUrl } : {}), ...env },
  };
}

/** The environment of the test run without what would point the app elsewhere. */
function surroundings(): Record<string, string> {
  const foreign = new Set(['VITE_API_URL', 'ELECTRON_RENDERER_URL', 'TEACHIFY_EMBEDDED_SERVER', 'TEACHIFY_FIRST_WINDOW_PNG']);
  return Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined && !foreign.has(entry[0])));
}

/** An Electron before 35 needs a binding of its own, which set-up left in the cache. */
async function sqliteBinding(): Promise<Record<string, string>> {
  if (process.env['TEACHIFY_SQLITE_BINDING'] || !electronExecutable().fallback) return {};
  const requireCompiler = () => Promise.reject(new Error('No SQLite binding here yet: run npm run setup'));
  return { TEACHIFY_SQLITE_BINDING: await buildSqliteBinding({ say: () => {}, requireCompiler }) };
}
