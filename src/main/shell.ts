import { app, shell, type BrowserWindow } from 'electron';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { version } from '../../package.json';
import type { Logger } from '../core/base/logger.ts';
import { unreadableProxies } from '../core/net/line-options.ts';
import { parseDeepLink } from '../shared/models/deep-link.ts';
import type { Shell } from './ipc/handlers.ts';
import { chooseFolder } from './platform/choose-folder.ts';
import type { DeepLinks } from './platform/deep-links.ts';
import { createKeepAwake } from './platform/keep-awake.ts';
import { nativeBinding } from './platform/native-binding.ts';
import { openFile } from './platform/open-file.ts';
import { createSavedCopies } from './platform/saved-copies.ts';
import { saveFile } from './platform/save-file.ts';

interface ShellParts {
  readonly folder: string;
  readonly window: () => BrowserWindow | null;
  readonly links: DeepLinks;
  readonly logger: Logger;
}

/** What only Electron can do for the page. */
export function createShell({ folder, window, links, logger }: ShellParts): Shell {
  const keepAwake = createKeepAwake();
  return {
    info: (startupProblem) => ({
      version,
      electron: process.versions.electron,
      chromium: process.versions.chrome,
      platform: process.platform,
      locale: app.getLocale() || 'en',
      startupProblem,
      unreadableProxies: unreadableProxies(process.env),
    }),
    chooseFolder: () => chooseFolder(window()),
    showFolder: async (name) => void (await shell.openPath(name === 'logs' ? join(folder, 'logs') : folder)),
    repairDatabase: async () => {
      const { repairLedger } = await import('../core/database/repair-ledger.ts');
      repairLedger(folder, { nativeBinding: nativeBinding(process), logger });
      app.relaunch();
      app.quit();
    },
    setFullScreen: (on) => window()?.setFullScreen(on),
    keepAwake: (on) => keepAwake(on, window()?.webContents ?? null),
    takeLink: () => links.take().map(parseDeepLink).find((link) => link !== null) ?? null,
    openFile: (extension) => openFile(window(), extension),
    saveFile: async ({ fileName, text }, stays) => (await saveFile(window(), { fileName, content: text }, stays)) !== null,
    ...createSavedCopies(window, () => randomUUID()),
  };
}
