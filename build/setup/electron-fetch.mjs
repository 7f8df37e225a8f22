import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { unzip } from './archive.mjs';
import { cacheFolder } from './cache-folder.mjs';
import { root } from './paths.mjs';

const stalledAfterMs = 60_000;

/**
 * Electron from its release host, checked against the hashes in its npm package.
 * @param {{ version: string, folder: string, say: (sentence: string) => void }} options `folder` appears whole or not at all
 */
export async function fetchElectron({ version, folder, say }) {
  const fromElectron = createRequire(createRequire(join(root, 'package.json')).resolve('electron/package.json'));
  const { downloadArtifact } = await import('@electron/get');
  const stalled = new AbortController();
  const watchdog = setTimeout(() => stalled.abort(new Error('nothing came for a minute')), stalledAfterMs);
  let told = 0;
  say(`Fetching Electron ${version} ...`);
  try {
    const archive = await downloadArtifact({
      version,
      artifactName: 'electron',
      platform: process.platform,
      arch: process.arch,
      checksums: fromElectron('./checksums.json'),
      cacheRoot: cacheFolder('electron', 'downloads'),
      downloadOptions: {
        quiet: true,
        signal: stalled.signal,
        getProgressCallback: async ({ percent }) => {
          watchdog.refresh();
          if (percent < told + 0.1) return;
          told = percent;
          say(`Fetching Electron ${version}: ${Math.round(percent * 100)} %`);
        },
      },
    });
    await unpack(archive, folder);
  } catch (error) {
    throw error instanceof Error && error.cause instanceof Error ? error.cause : error;
  } finally {
    clearTimeout(watchdog);
  }
}

async function unpack(archive, folder) {
  await mkdir(dirname(folder), { recursive: true });
  const workshop = await mkdtemp(join(dirname(folder), '.electron-'));
  try {
    await unzip(archive, workshop);
    await rm(folder, { recursive: true, force: true });
    await rename(workshop, folder);
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}
