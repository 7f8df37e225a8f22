import { app, BrowserWindow, powerMonitor, session } from 'electron';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { version } from '../../package.json';
import { dataFolder } from '../core/base/data-folder.ts';
import type { Logger } from '../core/base/logger.ts';
import { announcer, takeCalls, type Announce } from './ipc/channel.ts';
import { forwardEvents } from './ipc/forward-events.ts';
import { appOrigin, handleAppProtocol } from './platform/app-protocol.ts';
import { receiveDeepLinks } from './platform/deep-links.ts';
import type { EmbeddedServer } from './platform/embedded-server.ts';
import { useEarlyFetchClasses } from './platform/early-fetch-classes.ts';
import { openLog } from './platform/log-file.ts';
import { nativeBinding } from './platform/native-binding.ts';
import { lockDown } from './windows/lock-down.ts';
import { openMainWindow } from './windows/main-window.ts';
import { shutToolsBehindLock } from './windows/shut-tools.ts';

const defaultPort = 8000;
/** How long the window may take to report its last progress before it closes. */
const lastWordsMs = 600;
/** A page that has drawn nothing by then has a trouble of its own; the queue and the outbox do not wait for it. */
const drawnAtLatestMs = 3_000;
const fillsMs = 250;

const mediaUrl = (path: string) => `${appOrigin}/media/${path}`;

/** The life of the app, from start to quit. */
export async function runApp(): Promise<void> {
  const folder = dataFolder({ platform: process.platform, env: process.env, home: homedir() });
  app.setPath('userData', join(folder, 'window'));
  // One app per data folder: the second one shows the first one's window and ends.
  if (!app.requestSingleInstanceLock()) return app.quit();
  let window: BrowserWindow | null = null;
  const announce = announcer(() => window);
  const links = receiveDeepLinks({ argv: process.argv, announce: () => announce('shell.linkReceived', {}) });
  await app.whenReady();
  const logger = openLog(folder);
  logger.info('starting', { version, electron: process.versions.electron });
  lockDown(session.defaultSession);

  const binding = nativeBinding(process);
  const configured = process.env['VITE_API_URL'] || import.meta.env.VITE_API_URL;
  const devServer = app.isPackaged ? undefined : process.env['ELECTRON_RENDERER_URL'];
  let serverUrl = configured || `http://127.0.0.1:${defaultPort}`;
  // The page comes up in its own process while the core is loaded and opened in this one; what it asks meanwhile waits.
  const starting = import('./start-core.ts').then(({ startCore }) =>
    startCore({ dataFolder: folder, defaultServerUrl: () => serverUrl, nativeBinding: binding, version, logger, mediaUrl, window: () => window, links }),
  );
  takeCalls(async () => (await starting).router);
  handleAppProtocol({
    session: session.defaultSession,
    rendererFolder: join(import.meta.dirname, '../renderer'),
    devServer,
    respondMedia: async (request) => {
      const { core } = await starting;
      return core ? core.playback.respond(request) : { status: 404, headers: {}, body: null };
    },
  });
  const useOwnFetchClasses = devServer === undefined ? useEarlyFetchClasses() : () => {};
  let isLocked = () => false;
  let shutTools = () => {};
  const open = () => {
    window = openMainWindow({ session: session.defaultSession, preload: join(import.meta.dirname, '../preload/index.cjs') });
    window.on('enter-full-screen', () => announce('shell.fullScreenChanged', { on: true }));
    window.on('leave-full-screen', () => announce('shell.fullScreenChanged', { on: false }));
    shutTools = shutToolsBehindLock(window, () => isLocked());
    // A page that crashed, or went while a lesson was being opened for it, closes nothing itself.
    for (const gone of ['did-navigate', 'render-process-gone', 'destroyed'] as const) {
      window.webContents.on(gone as 'destroyed', () => void starting.then(({ core }) => core?.playback.closeAll()));
    }
    return window;
  };
  const first = open();
  // An Electron that wants more of a response than the early ones give gets its own, and the page once more.
  first.webContents.once('did-fail-load', () => {
    useOwnFetchClasses();
    void first.loadURL(`${appOrigin}/`);
  });
  const stands = firstScreen(first).finally(useOwnFetchClasses);
  takePicture(first, process.env['TEACHIFY_FIRST_WINDOW_PNG'], logger);
  const embedded = embed(folder, binding, logger);
  app.on('second-instance', () => focus(window));
  app.on('activate', () => void (BrowserWindow.getAllWindows().length === 0 && open()));
  app.on('window-all-closed', () => void (process.platform !== 'darwin' && app.quit()));
  quitGently(() => window, announce, async () => {
    await (await starting).core?.dispose();
    await (await embedded)?.stop();
  });

  const { core } = await starting;
  if (core) {
    forwardEvents(core, announce);
    isLocked = () => core.accounts.closed();
    core.accounts.changed(() => shutTools());
  }
  for (const event of ['suspend', 'lock-screen', 'shutdown'] as const) powerMonitor.on(event as 'suspend', () => announce('shell.suspending', {}));
  powerMonitor.on('resume', () => core?.wake());
  for (const event of ['suspend', 'lock-screen'] as const) powerMonitor.on(event as 'suspend', () => core?.idleLock.lock());
  await stands;
  core?.start();
  const url = configured ? undefined : await (await embedded)?.url;
  if (url !== undefined) {
    serverUrl = url;
    await core?.connectivity.probe();
  }
}

/** Resolves when the first screen is drawn and had a moment to fill, so that the work that was left does not come before it. */
async function firstScreen(window: BrowserWindow): Promise<void> {
  const drawn = new Promise<void>((resolve) => window.once('ready-to-show', () => resolve()));
  await Promise.race([drawn, sleep(drawnAtLatestMs)]);
  await sleep(fillsMs);
}

/** The demo's own course server, under `npm start` and in packages that carry a demo school. */
async function embed(folder: string, binding: string | undefined, logger: Logger): Promise<EmbeddedServer | null> {
  const packed = join(process.resourcesPath, 'demo-school');
  const demoSchool = process.env['TEACHIFY_EMBEDDED_SERVER'] === '1' ? process.env['TEACHIFY_DEMO_SCHOOL'] : existsSync(packed) && app.isPackaged ? packed : undefined;
  if (!demoSchool || process.env['VITE_API_URL']) return null;
  const { startEmbeddedServer } = await import('./platform/embedded-server.ts');
  const script = join(import.meta.dirname, '../server/main.js');
  const env = binding ? { TEACHIFY_SQLITE_BINDING: binding } : {};
  return startEmbeddedServer({ script, dataFolder: join(folder, 'course-server'), demoSchool, port: defaultPort, env, logger });
}

function focus(window: BrowserWindow | null): void {
  if (!window) return;
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}

/** Lets the player report what was watched, then gives everything back, then quits. */
function quitGently(window: () => BrowserWindow | null, announce: Announce, dispose: () => Promise<void>): void {
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
