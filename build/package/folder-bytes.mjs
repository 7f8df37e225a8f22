import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** What all files of a folder hold together. */
export async function folderBytes(folder) {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const sizes = await Promise.all(entries.filter((entry) => entry.isFile()).map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size));
  return sizes.reduce((sum, bytes) => sum + bytes, 0);
}
