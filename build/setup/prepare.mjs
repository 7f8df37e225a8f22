import { findElectron } from './electron.mjs';
import { say } from './say.mjs';
import { buildSqliteBinding } from './sqlite-binding.mjs';
import { requireSystemPackages } from './system-packages.mjs';

/** Electron 35 brought Node-API 10, which better-sqlite3's shipped binding needs. */
const firstWithNodeApi10 = 35;

/**
 * Everything a window needs on this machine.
 * @returns {Promise<{ electron: Awaited<ReturnType<typeof findElectron>>, env: Record<string, string> }>} `env` is for the app
 */
export async function prepareApp() {
  await requireSystemPackages('electron', ...(hasDisplay() ? [] : ['display']));
  const electron = await findElectron({ say });
  if (electron.fallback) say(`Using Electron ${electron.version}: good for trying and testing here, not for shipping.`);
  const needsBinding = Number.parseInt(electron.version, 10) < firstWithNodeApi10;
  const env = { ELECTRON_EXEC_PATH: electron.executable };
  if (needsBinding) env.TEACHIFY_SQLITE_BINDING = await buildSqliteBinding({ say, requireCompiler: () => requireSystemPackages('compiler') });
  return { electron, env };
}

/** ffmpeg and a voice, then the demo school, made once. @returns {Promise<string>} its folder */
export async function prepareDemoSchool() {
  await requireSystemPackages('media');
  const { makeDemoSchool } = await import('../demo-school/make.ts');
  const { cacheFolder } = await import('./cache-folder.mjs');
  let told = '';
  return makeDemoSchool({
    cacheFolder: cacheFolder(),
    onProgress: ({ done, total, sentence }) => {
      const line = `Demo school ${done}/${total}: ${sentence}`;
      if (line !== told) say(line);
      told = line;
    },
  });
}

/** False on a Linux machine without X11 or Wayland; other systems always have one. */
export function hasDisplay() {
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

/** Chromium's sandbox refuses to run as root; a machine without a display has no GPU to speak of. */
export function chromiumFlags() {
  return [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), ...(process.platform === 'linux' && !hasDisplay() ? ['--disable-gpu'] : [])];
}
