// The peer of the cold start: a window with nothing in it.
import { app, BrowserWindow } from 'electron';

app.whenReady().then(async () => {
  const window = new BrowserWindow({ width: 1280, height: 800 });
  await window.loadURL('data:text/html,<!doctype html><title>blank</title>');
  await window.webContents.executeJavaScript('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(() => drawn())))');
  process.stdout.write('MARK true\n');
  app.exit(0);
});
