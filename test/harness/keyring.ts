import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** An unlocked keychain of its own, as a desktop session has; it outlives the programs that use it. */
export interface Keyring {
  /** For the program that shall find it. */
  readonly env: Readonly<Record<string, string>>;
  /** Chromium flags: without a desktop it would not look for a keyring. */
  readonly flags: readonly string[];
  close(): Promise<void>;
}

/** Null where there is none to be had (no GNOME keyring installed, or not Linux): the app then keeps its sign-in in memory. */
export async function openKeyring(): Promise<Keyring | null> {
  if (process.platform !== 'linux' || !['/usr/bin/dbus-daemon', '/usr/bin/gnome-keyring-daemon'].every((file) => existsSync(file))) return null;
  const folder = await mkdtemp(join(tmpdir(), 'teachify-keyring-'));
  const runtime = join(folder, 'runtime');
  await mkdir(runtime);
  await chmod(runtime, 0o700);
  const own = { XDG_DATA_HOME: join(folder, 'data'), XDG_RUNTIME_DIR: runtime, HOME: folder };

  const bus = spawn('dbus-daemon', ['--session', '--nofork', '--print-address=1'], { env: { ...process.env, ...own }, stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = (await once(bus.stdout, 'data')) as [Buffer];
  const env = { DBUS_SESSION_BUS_ADDRESS: String(line).trim() };
  const daemon = spawn('gnome-keyring-daemon', ['--unlock', '--components=secrets', '--foreground'], {
    env: { ...process.env, ...own, ...env },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  daemon.stdin.end('test');
  await servedBy(daemon, env);
  return {
    env,
    flags: ['--password-store=gnome-libsecret'],
    close: async () => {
      await end(daemon);
      await end(bus);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** The daemon says nothing when it is ready; the bus does. */
async function servedBy(daemon: ChildProcess, env: Record<string, string>): Promise<void> {
  const question = ['--session', '--print-reply', '--dest=org.freedesktop.DBus', '/', 'org.freedesktop.DBus.NameHasOwner', 'string:org.freedesktop.secrets'];
  for (let tries = 0; tries < 1_200; tries++) {
    if (daemon.exitCode !== null) throw new Error(`gnome-keyring-daemon ended with ${daemon.exitCode}`);
    const { stdout } = await run('dbus-send', question, { env: { ...process.env, ...env } });
    if (stdout.includes('true')) return;
    await sleep(50);
  }
  throw new Error('gnome-keyring-daemon did not come up');
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill();
  await gone;
}
