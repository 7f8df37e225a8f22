import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { node24, root } from './paths.mjs';
import { run } from './run.mjs';
import { giveUp, say } from './say.mjs';

const stamp = join(root, 'out', '.built-from');

/** Bundles app and server when what they are made of changed since the last time. */
export async function buildBundles() {
  const source = await hashOfSources();
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === source) return;
  say('Bundling the app, the course server and the command line ...');
  const bin = (name) => join(root, 'node_modules', name);
  const quiet = ['--logLevel', 'warn'];
  const app = await run(node24, [bin('electron-vite/bin/electron-vite.js'), 'build', ...quiet]);
  const server = await run(node24, [bin('vite/bin/vite.js'), 'build', '--config', 'build/server.vite.config.ts', ...quiet]);
  const cli = await run(node24, [bin('vite/bin/vite.js'), 'build', '--config', 'build/cli.vite.config.ts', ...quiet]);
  if (app !== 0 || server !== 0 || cli !== 0) giveUp('The bundles could not be built; the reason is above.');
  await mkdir(join(root, 'out'), { recursive: true });
  await writeFile(stamp, source);
}

async function hashOfSources() {
  const hash = createHash('sha256');
  for (const name of ['package-lock.json', 'electron.vite.config.ts', 'build/server.vite.config.ts', 'build/cli.vite.config.ts', '.env']) {
    const file = join(root, name);
    if (existsSync(file)) hash.update(name).update(await readFile(file));
  }
  hash.update(process.env.VITE_API_URL ?? '');
  for (const folder of ['src', 'resources/locales']) await hashFolder(hash, join(root, folder));
  return hash.digest('hex');
}

async function hashFolder(hash, folder) {
  if (!existsSync(folder)) return;
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const file of files.sort()) hash.update(file.slice(root.length)).update(await readFile(file));
}
