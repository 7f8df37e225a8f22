import { dialog, type BrowserWindow } from 'electron';

/** Asks the student for a folder; null when the student thought better of it. */
export async function chooseFolder(window: BrowserWindow | null): Promise<string | null> {
  const options = { properties: ['openDirectory', 'createDirectory'] as ('openDirectory' | 'createDirectory')[] };
  const { canceled, filePaths } = await (window ? dialog.showOpenDialog(window, options) : dialog.showOpenDialog(options));
  return canceled ? null : (filePaths[0] ?? null);
}
