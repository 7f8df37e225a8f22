import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { TeachifyError } from '../../shared/errors.ts';
import type { About, Content, MediaFile } from './ports.ts';

/** A whole file whose name is known, on its way to its place. */
export interface Spooled extends MediaFile {
  readonly path: string;
}

/**
 * Writes content into a file of its own, synced, and hands it to `use`; what is still there afterwards goes.
 * Throws disk_full, or piece_corrupt when the bytes are not those expected.
 */
export async function spool<Result>(folder: string, content: Content, about: About | undefined, use: (spooled: Spooled) => Promise<Result>): Promise<Result> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, randomUUID());
  const file = await open(path, 'wx', 0o600);
  try {
    const written = await fill(file, content).finally(() => file.close());
    const expected = about?.sha256 ?? written.sha256;
    if (written.sha256 !== expected) throw new TeachifyError('piece_corrupt', `The bytes given for ${expected} are those of ${written.sha256}`);
    await about?.announce?.(written.sha256);
    return await use({ path, ...written });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw new TeachifyError('disk_full', 'The disk of the course server is full', { cause: error });
    throw error;
  } finally {
    await rm(path, { force: true });
  }
}

async function fill(file: FileHandle, content: Content): Promise<MediaFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of content) {
    hash.update(chunk);
    await file.appendFile(chunk);
    bytes += chunk.length;
  }
  await file.sync();
  return { sha256: hash.digest('hex'), bytes };
}
