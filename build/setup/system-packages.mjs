import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { capture, run } from './run.mjs';
import { giveUp, say } from './say.mjs';

/**
 * What is needed from the system, by Debian package: a program on the PATH, a shared library or a file tells whether it is here.
 * @typedef {{ package: string, program?: string, library?: string, file?: string }} Need
 * @type {Record<string, Need[]>}
 */
export const needs = {
  electron: [
    { package: 'libgtk-3-0', library: 'libgtk-3.so.0' },
    { package: 'libnss3', library: 'libnss3.so' },
    { package: 'libasound2', library: 'libasound.so.2' },
    { package: 'libgbm1', library: 'libgbm.so.1' },
    { package: 'libxss1', library: 'libXss.so.1' },
    { package: 'libatk-bridge2.0-0', library: 'libatk-bridge-2.0.so.0' },
    { package: 'libcups2', library: 'libcups.so.2' },
    { package: 'libdrm2', library: 'libdrm.so.2' },
  ],
  display: [
    { package: 'xvfb', program: 'Xvfb' },
    { package: 'xauth', program: 'xauth' },
  ],
  media: [
    { package: 'ffmpeg', program: 'ffmpeg' },
    { package: 'espeak-ng', program: 'espeak-ng' },
  ],
  // A keychain as a desktop has one, for the tests of staying signed in.
  keyring: [
    { package: 'gnome-keyring', program: 'gnome-keyring-daemon' },
    { package: 'dbus', program: 'dbus-daemon' },
  ],
  compiler: [{ package: 'build-essential', program: 'g++' }],
  // What the tests look over the program's shoulder with.
  tracing: [{ package: 'strace', program: 'strace' }],
  // A disk that forgets what was not synced, for the tests of power cuts.
  forgetting: [
    { package: 'fuse3', program: 'fusermount3' },
    { package: 'python3-fusepy', file: '/usr/lib/python3/dist-packages/fusepy.py' },
  ],
  // What a district's server stands on, for the tests of it.
  district: [
    { package: 'postgresql', file: '/usr/lib/postgresql' },
    { package: 'redis-server', program: 'redis-server' },
  ],
  // What a school runs before the course server.
  proxying: [{ package: 'nginx-light', program: 'nginx' }],
  // A browser that knows nothing of us, for what generic players make of a lesson.
  chromium: [{ package: 'chromium', program: 'chromium' }],
  bench: [
    { package: 'aria2', program: 'aria2c' },
    { package: 'wrk', program: 'wrk' },
  ],
};

/** @returns {Need[]} those of `wanted` that `has` does not know */
export function missing(wanted, { programs, libraries, files }) {
  return wanted.filter(({ program, library, file }) => (program ? !programs(program) : file ? !files(file) : !libraries(library)));
}

/**
 * Makes sure groups of system packages are there: installs them as root on Debian, else says exactly what to install.
 * @param {...(keyof typeof needs)} groups
 */
export async function requireSystemPackages(...groups) {
  const wanted = groups.flatMap((group) => needs[group]);
  const absent = missing(wanted, await machine());
  if (absent.length === 0) return;
  const packages = absent.map((need) => need.package);
  if (process.platform !== 'linux') return explainForeign(absent);
  if (!onPath('apt-get')) giveUp(`Please install with your system's package manager (Debian's names): ${packages.join(' ')}`);
  if (process.getuid?.() !== 0) giveUp(`Some system packages are missing. Please run:\n\n  sudo apt-get install --yes ${packages.join(' ')}\n\nand then the same command again.`);
  say(`Installing system packages: ${packages.join(' ')} ...`);
  const apt = (...args) => run('apt-get', [...args, '-qq', '-o', 'Dpkg::Use-Pty=0'], { env: { DEBIAN_FRONTEND: 'noninteractive' } });
  const install = () => apt('install', '--yes', '--no-install-recommends', ...packages);
  if ((await install()) === 0) return;
  say('Refreshing the list of system packages ...');
  await apt('update');
  if ((await install()) !== 0) giveUp(`apt-get could not install: ${packages.join(' ')}. Its words are above.`);
}

/** Elsewhere every machine has a display and a keychain of its own, and the tests that look on are left out. */
const onLinuxOnly = new Set(['Xvfb', 'xauth', 'gnome-keyring-daemon', 'dbus-daemon', 'strace', 'fusermount3', 'redis-server', 'nginx']);

function explainForeign(absent) {
  const programs = absent.flatMap(({ program }) => (program && !onLinuxOnly.has(program) ? [program] : []));
  if (programs.length === 0) return;
  const how = process.platform === 'darwin' ? `brew install ${programs.join(' ')}` : `winget install ${programs.join(' ')}`;
  giveUp(`Some programs are missing: ${programs.join(', ')}. Please run:\n\n  ${how}\n\nand then the same command again.`);
}

async function machine() {
  const cache = process.platform === 'linux' ? await capture('/sbin/ldconfig', ['-p']).catch(() => '') : null;
  return { programs: onPath, files: existsSync, libraries: (name) => cache === null || cache.includes(`${name} `) };
}

/** True when a program of this name is on the PATH. */
export function onPath(program) {
  const names = process.platform === 'win32' ? [`${program}.exe`, `${program}.cmd`] : [program];
  // Debian keeps servers where only root's PATH leads.
  return [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'].some((folder) => names.some((name) => existsSync(join(folder, name))));
}
