import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * The user's cache folder for this project: what was fetched, built or encoded once, shared by every clone.
 * `TEACHIFY_CACHE` overrides it; otherwise the platform's own place for caches.
 * @param {...string} names further path segments
 * @returns {string} an absolute path, which may not exist yet
 */
export function cacheFolder(...names) {
  return join(root(), ...names);
}

function root() {
  const { TEACHIFY_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (TEACHIFY_CACHE) return TEACHIFY_CACHE;
  if (process.platform === 'win32') return join(LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'teachify', 'cache');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'teachify');
  return join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'teachify');
}
