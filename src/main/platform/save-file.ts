import { app, dialog, type BrowserWindow } from 'electron';
import { randomUUID } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { TeachifyError } from '../../shared/errors.ts';

interface File {
  readonly fileName: string;
  readonly content: string | Uint8Array;
}

/**
 * Asks the student where to, and writes there, whole or not at all, unless `stays` throws: a dialog stays open when the lock
 * falls. Gives the path; null when the student thought better of it. Throws not_saved.
 */
export async function saveFile(window: BrowserWindow | null, { fileName, content }: File, stays: () => void): Promise<string | null> {
  const options = { defaultPath: join(app.getPath('documents'), fileName), filters: [{ name: extname(fileName).slice(1), extensions: [extname(fileName).slice(1)] }] };
  const { canceled, filePath } = await (window ? dialog.showSaveDialog(window, options) : dialog.showSaveDialog(options));
  if (canceled || !filePath) return null;
  stays();
  // What was there under this name stays until all of the new one is written.
  const unfinished = `${filePath}.${randomUUID().slice(0, 8)}.part`;
  try {
    await writeFile(unfinished, content, { flag: 'wx' });
    await rename(unfinished, filePath);
  } catch (cause) {
    await rm(unfinished, { force: true }).catch(() => {});
    throw new TeachifyError('not_saved', 'The file could not be written there', { cause });
  }
  return filePath;
}
