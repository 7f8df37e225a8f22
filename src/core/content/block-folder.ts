import { copyFile, mkdir, open, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TeachifyError } from '../../shared/errors.ts';

/** Says that a folder is ours. A drive that was unplugged leaves an empty mount point, which is not. */
const marker = 'teachify-lessons.txt';
const markerText = 'Lessons of Teachify Desktop. They are of use only to the app; remove them there.\n';

/** Makes a folder ours, made when absent. */
export async function claimFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, marker), markerText);
}

/** Throws disk_failed when the folder is not there, as when its drive was unplugged. */
export async function requireFolder(folder: string): Promise<void> {
  const isThere = await stat(join(folder, marker)).then(() => true, () => false);
  if (!isThere) throw new TeachifyError('disk_failed', 'The folder of the lessons is not there');
}

export interface Copying {
  readonly signal: AbortSignal | undefined;
  /** Bytes that are in the new folder, of all. */
  readonly onProgress: (bytesDone: number, bytesTotal: number) => void;
}

/** Brings every file of one folder into another, durably; those that are there already with the same size and time are left. */
export async function copyFolder(from: string, to: string, { signal, onProgress }: Copying): Promise<void> {
  const names = (await readdir(from, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(from.length + 1));
  const sizes = await Promise.all(names.map((name) => stat(join(from, name)).then(({ size }) => size, () => 0)));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  let done = 0;
  for (const [index, name] of names.entries()) {
    signal?.throwIfAborted();
    if (name !== marker) await copyWhenOther(join(from, name), join(to, name));
    done += sizes[index] ?? 0;
    onProgress(done, total);
  }
}

/** Removes what is ours in a folder that is not used any more, and the folder when nothing else is in it. */
export async function leaveFolder(folder: string): Promise<void> {
  for (const name of await readdir(folder)) if (name === marker || /^[0-9a-f]{2}$/.test(name)) await rm(join(folder, name), { recursive: true, force: true });
  const rest = await readdir(folder);
  if (rest.length === 0) await rm(folder, { recursive: true, force: true });
}

async function copyWhenOther(from: string, to: string): Promise<void> {
  const [source, target] = await Promise.all([stat(from).catch(() => null), stat(to).catch(() => null)]);
  // Given back meanwhile.
  if (!source) return;
  if (target && target.size === source.size && target.mtimeMs === source.mtimeMs) return;
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to);
  const handle = await open(to, 'r+');
  await handle.datasync().finally(() => handle.close());
  // Last, so that a copy that was cut off is not taken for whole.
  await utimes(to, source.atime, source.mtime);
}
