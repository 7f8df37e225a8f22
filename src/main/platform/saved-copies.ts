import { shell, type BrowserWindow } from 'electron';
import { TeachifyError } from '../../shared/errors.ts';
import type { Shell } from '../ipc/handlers.ts';
import { saveFile } from './save-file.ts';

const remembered = 50;

/** Copies that the student saved in this sitting: the page knows them by an id, and never where they lie. */
export function createSavedCopies(window: () => BrowserWindow | null, newId: () => string): Pick<Shell, 'saveCopy' | 'showCopy'> {
  const paths = new Map<string, string>();
  return {
    saveCopy: async ({ fileName, bytes }, stays) => {
      const path = await saveFile(window(), { fileName, content: bytes }, stays);
      if (path === null) return null;
      const copyId = newId();
      paths.set(copyId, path);
      for (const oldest of [...paths.keys()].slice(0, -remembered)) paths.delete(oldest);
      return copyId;
    },
    // Opened by the student's own hand there, never from here.
    showCopy: (copyId) => {
      const path = paths.get(copyId);
      if (path === undefined) throw new TeachifyError('not_found', 'No copy of this sitting');
      shell.showItemInFolder(path);
    },
  };
}
