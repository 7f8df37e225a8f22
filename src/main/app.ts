import { app, BrowserWindow, powerMonitor, session, shell } from 'electron';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { version } from '../../package.json';
import { dataFolder } from '../core/base/data-folder.ts';
import { compose, type Core } from '../core/compose.ts';
import { repairLedger } from '../core/database/repair-ledger.ts';
import type { Logger } from '../core/base/logger.ts';
import { calls } from '../shared/contracts/bridge.ts';
import { isTeachifyError, type WireError } from '../shared/errors.ts';
import { createHandlers, createStartupHandlers, type Shell } from './ipc/handlers.ts';
import { announcer, answerCalls } from './ipc/router.ts';
import { forwardEvents } from './ipc/forward-events.ts';
import { appOrigin, handleAppProtocol } from './platform/app-protocol.ts';
import { chooseFolder } from './platform/choose-folder.ts';
import { startEmbeddedServer, type EmbeddedServer } from './platform/embedded-server.ts';
import { openLog } from './platform/log-file.ts';
import { createKeepAwake } from './platform/keep-awake.ts';
import { nativeBinding } from './platform/native-binding.ts';
import { saveFile } from './platform/save-file.ts';
import { createSecretVault } from './platform/secret-vault.ts';
import { createSettingsFile } from './platform/settings-file.ts';
import { lockDown } from './windows/lock-down.ts';
import { openMainWindow } from './windows/main-window.ts';

const defaultPort = 8000;
/** How long the window may take to report its last progress before it closes. */
const lastWordsMs = 600;

const mediaUrl = (path: string) => `${appOrigin}/media/${path}`;

/** The life of the app, from start to quit. */
export async function runApp(): Promise<void> {
  const folder = dataFolder({ platform: process.platform, env: process.env, home: homedir() });
  app.setPath('userData', join(folder, 'window'));
  // One app per data folder: the second one shows the first one's window and ends.
  if (!app.requestSingleInstanceLock()) return app.quit();
  await app.whenReady();
  const logger = openLog(folder);
  logger.info('starting', { version, electron: process.versions.electron });
  lockDown(session.defaultSession);

  const binding = nativeBinding(process);
  const embedded = embed(folder, binding, logger);
  const configured = process.env['VITE_API_URL'] || import.meta.env.VITE_API_URL;
  let serverUrl = configured || `http://127.0.0.1:${defaultPort}`;
  let core: Core | null = null;
  let problem: WireError | null = null;
  try {
    core = await compose({
      ...{ dataFolder: folder, defaultServerUrl: () => serverUrl, nativeBinding: binding, logger, mediaUrl },
      ...{ vault: createSecretVault(), settingsFile: createSettingsFile(folder), version, env: process.env },
    });
  } catch (error) {
    if (!isTeachifyError(error)) throw error;
    logger.error('the app could not start as it should', { error });
    problem = error.toWire();
  }

  let window: BrowserWindow | null = null;
  const announce = announcer(() => window);
  const shellPart = createShell(folder, () => window, () => problem, logger);
  answerCalls(core ? createHandlers(core, shellPart) : createStartupHandlers(shellPart, Object.keys(calls)), logger);
  if (core) forwardEvents(core, announce);
  handleAppProtocol({
    session: session.defaultSession,
    rendererFolder: join(import.meta.dirname, '../renderer'),
    devServer: app.isPackaged ? undefined : process.env['ELECTRON_RENDERER_URL'],
    respondMedia: async (request) => (core ? core.playback.respond(request) : { status: 404, headers: {}, body: null }),
  });

  const open = () => {
    window = openMainWindow({ session: session.defaultSession, preload: join(import.meta.dirname, '../preload/index.cjs') });
    window.on('enter-full-screen', () => announce('shell.fullScreenChanged', { on: true }));
    window.on('leave-full-screen', () => announce('shell.fullScreenChanged', { on: false }));
    return window;
  };
  takePicture(open(), process.env['TEACHIFY_FIRST_WINDOW_PNG'], logger);
  app.on('second-instance', () => focus(window));
  app.on('activate', () => void (BrowserWindow.getAllWindows().length === 0 && open()));
  app.on('window-all-closed', () => void (process.platform !== 'darwin' && app.quit()));
  for (const event of ['suspend', 'lock-screen', 'shutdown'] as const) powerMonitor.on(event as 'suspend', () => announce('shell.suspending', {}));
  powerMonitor.on('resume', () => core?.wake());
  quitGently(() => window, announce, async () => {
    await core?.dispose();
    await embedded?.stop();
  });

  core?.start();
  if (embedded && !configured) {
    serverUrl = await embedded.url;
    await core?.connectivity.probe();
  }
}

/** The demo's own course server, under `npm start` and in packages that carry a demo school. */
function embed(folder: string, binding: string | undefined, logger: Logger): EmbeddedServer | null {
  const packed = join(process.resourcesPath, 'demo-school');
  const demoSchool = process.env['TEACHIFY_EMBEDDED_SERVER'] === '1' ? process.env['TEACHIFY_DEMO_SCHOOL'] : existsSync(packed) && app.isPackaged ? packed : undefined;
  if (!demoSchool || process.env['VITE_API_URL']) return null;
  const script = join(import.meta.dirname, '../server/main.js');
  const env = binding ? { TEACHIFY_SQLITE_BINDING: binding } : {};
  return startEmbeddedServer({ script, dataFolder: join(folder, 'course-server'), demoSchool, port: defaultPort, env, logger });
}

function createShell(folder: string, window: () => BrowserWindow | null, problem: () => WireError | null, logger: Logger): Shell {
  const keepAwake = createKeepAwake();
  return {
    info: () => ({
      version,
      electron: process.versions.electron,
      chromium: process.versions.chrome,
      platform: process.platform,
      locale: app.getLocale() || 'en',
      startupProblem: problem(),
    }),
    chooseFolder: () => chooseFolder(window()),
    showFolder: async (name) => void (await shell.openPath(name === 'logs' ? join(folder, 'logs') : folder)),
    repairDatabase: async () => {
      repairLedger(folder, { nativeBinding: nativeBinding(process), logger });
      app.relaunch();
      app.quit();
    },
    setFullScreen: (on) => window()?.setFullScreen(on),
    keepAwake: (on) => keepAwake(on, window()?.webContents ?? null),
    saveFile: (file) => saveFile(window(), file),
  };
}

function focus(window: BrowserWindow | null): void {
  if (!window) return;
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}

/** Lets the player report what was watched, then gives everything back, then quits. */
function quitGently(window: () => BrowserWindow | null, announce: ReturnType<typeof announcer>, dispose: () => Promise<void>): void {
  let state: 'running' | 'closing' | 'closed' = 'running';
  app.on('before-quit', (event) => {
    if (state === 'closed') return;
    event.preventDefault();
    if (state === 'closing') return;
    state = 'closing';
    const open = window() !== null && !window()?.isDestroyed();
    announce('shell.suspending', {});
    void new Promise((resolve) => setTimeout(resolve, open ? lastWordsMs : 0))
      .then(dispose)
      .catch((error: unknown) => console.error(error))
      .finally(() => {
        state = 'closed';
        app.quit();
      });
  });
}

/** For machines without a display: what the first window looks like, once it stands still. */
function takePicture(window: BrowserWindow, file: string | undefined, logger: Logger): void {
  if (!file) return;
  const settledMs = 3_000;
  window.webContents.once('did-finish-load', () => {
    setTimeout(() => {
      window.webContents
        .capturePage()
        .then((image) => writeFile(file, image.toPNG()))
        .then(
          () => console.log(`A picture of the first window is in ${file}`),
          (error: unknown) => logger.error('no picture of the first window', { error }),
        );
    }, settledMs);
  });
}
