import { copyFile, open, rename, rm } from 'node:fs/promises';

/** Moves a file, also to another disk, where it appears whole or not at all. */
export async function moveFile(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    await copyAcross(from, to);
    await rm(from);
  }
}

async function copyAcross(from: string, to: string): Promise<void> {
  const unfinished = `${to}.unfinished`;
  try {
    await copyFile(from, unfinished);
    const copy = await open(unfinished, 'r+');
    await copy.sync().finally(() => copy.close());
    await rename(unfinished, to);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}
