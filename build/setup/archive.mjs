import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from './paths.mjs';

/** Unpacks a zip archive, modes and symbolic links included, with what Electron's own installer uses. */
export async function unzip(archive, folder) {
  const fromElectron = createRequire(createRequire(join(root, 'package.json')).resolve('electron/package.json'));
  const { extract } = fromElectron('@electron-internal/extract-zip');
  await extract(archive, { dir: folder });
}
