import { BrowserWindow, type Session } from 'electron';
import { appOrigin } from '../platform/app-protocol.ts';

interface Options {
  readonly session: Session;
  readonly preload: string;
}

/** The one window: sandboxed, isolated, without Node; shown when it has something to show. */
export function openMainWindow({ session, preload }: Options): BrowserWindow {
  const window = new BrowserWindow({
    width: 1200,
    height: 800,
    minWidth: 900,
    minHeight: 600,
    show: false,
    title: 'Teachify Desktop',
    backgroundColor: '#f7f7f5',
    autoHideMenuBar: true,
    webPreferences: {
      session,
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false,
      v8CacheOptions: 'bypassHeatCheck',
      autoplayPolicy: 'no-user-gesture-required',
    },
  });
  window.once('ready-to-show', () => window.show());
  void window.loadURL(`${appOrigin}/`);
  return window;
}
