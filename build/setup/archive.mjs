import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';

/**
 * Unpacks a zip archive, modes included, with no unzip on the machine.
 * @param {string} archive path of the .zip
 * @param {string} folder where to; made when absent
 * @param {(share: number) => void} onProgress told how much of it is done, 0 to 1
 */
export async function unzip(archive, folder, onProgress = () => {}) {
  const { default: yauzl } = await import('yauzl');
  const zip = await promisify(yauzl.open)(archive, { lazyEntries: true });
  const openEntry = promisify(zip.openReadStream.bind(zip));
  let done = 0;
  await new Promise((resolve, reject) => {
    zip.on('error', reject);
    zip.on('end', resolve);
    zip.on('entry', (entry) => {
      extract(entry, openEntry, folder).then(() => {
        done += 1;
        onProgress(done / zip.entryCount);
        zip.readEntry();
      }, reject);
    });
    zip.readEntry();
  });
}

async function extract(entry, openEntry, folder) {
  const target = join(folder, entry.fileName); // yauzl itself refuses names that leave the folder
  if (entry.fileName.endsWith('/')) return void (await mkdir(target, { recursive: true }));
  await mkdir(dirname(target), { recursive: true });
  const mode = (entry.externalFileAttributes >>> 16) & 0o777 || 0o644;
  await pipeline(await openEntry(entry), createWriteStream(target, { mode }));
}
