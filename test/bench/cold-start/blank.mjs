// The peer of the cold start: a window with nothing in it.
import { app, BrowserWindow } from 'electron';
import { mark, memoryBytes, wait } from '../watch-page.mjs';

app.whenReady().then(async () => {
  const window = new BrowserWindow({ width: 1280, height: 800 });
  await window.loadURL('data:text/html,<!doctype html><title>blank</title>');
  await window.webContents.executeJavaScript('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(() => drawn())))');
  if (process.env['BENCH_WATCH'] !== 'memory') return mark(true);
  await wait(5000);
  mark(await memoryBytes());
});
