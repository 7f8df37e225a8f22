import { app, dialog, type BrowserWindow } from 'electron';
import { writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { TeachifyError } from '../../shared/errors.ts';

/** Asks the student where to, and writes the text there. False when the student thought better of it. Throws disk_denied. */
export async function saveFile(window: BrowserWindow | null, { fileName, text }: { readonly fileName: string; readonly text: string }): Promise<boolean> {
  const options = { defaultPath: join(app.getPath('documents'), fileName), filters: [{ name: extname(fileName).slice(1), extensions: [extname(fileName).slice(1)] }] };
  const { canceled, filePath } = await (window ? dialog.showSaveDialog(window, options) : dialog.showSaveDialog(options));
  if (canceled || !filePath) return false;
  try {
    await writeFile(filePath, text);
  } catch (cause) {
    throw new TeachifyError('disk_denied', 'The file could not be written', { cause });
  }
  return true;
}
