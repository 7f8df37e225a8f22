import { dialog, type BrowserWindow } from 'electron';
import { readFile, stat } from 'node:fs/promises';
import { TeachifyError } from '../../shared/errors.ts';

const maxBytes = 64 * 1024 ** 2;

/** Asks the student for a file and reads its text; null when the student thought better of it. Throws disk_denied, not_our_file. */
export async function openFile(window: BrowserWindow | null, extension: string): Promise<string | null> {
  const options = { properties: ['openFile'] as 'openFile'[], filters: [{ name: extension, extensions: [extension] }] };
  const { canceled, filePaths } = await (window ? dialog.showOpenDialog(window, options) : dialog.showOpenDialog(options));
  const [path] = filePaths;
  if (canceled || path === undefined) return null;
  try {
    if ((await stat(path)).size > maxBytes) throw new TeachifyError('not_our_file', 'The file is too large to be one of ours');
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (cause instanceof TeachifyError) throw cause;
    throw new TeachifyError('disk_denied', 'The file could not be read', { cause });
  }
}
