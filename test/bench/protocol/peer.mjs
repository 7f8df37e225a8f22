// The peer of the protocol bench: a handler that returns buffers of the same sizes from memory.
import { app, BrowserWindow, protocol } from 'electron';
import { fetchRates, mark } from '../watch-page.mjs';

/** `{ [group]: bytes }`. */
const sizes = JSON.parse(process.env['BENCH_SIZES'] ?? '{}');
const buffers = new Map(Object.entries(sizes).map(([group, bytes]) => [group, new Uint8Array(Math.round(bytes)).fill(7)]));
const groups = Object.fromEntries([...buffers.keys()].map((group) => [group, [`bare://page/${group}`]]));

protocol.registerSchemesAsPrivileged([{ scheme: 'bare', privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } }]);

app.whenReady().then(async () => {
  protocol.handle('bare', (request) => {
    const body = buffers.get(new URL(request.url).pathname.slice(1));
    if (!body) return new Response('<!doctype html><title>bare</title>', { headers: { 'content-type': 'text/html' } });
    return new Response(body, { headers: { 'content-type': 'video/mp4', 'content-length': String(body.length), 'cache-control': 'no-store' } });
  });
  const window = new BrowserWindow({ width: 1280, height: 800 });
  await window.loadURL('bare://page/index.html');
  mark(await window.webContents.executeJavaScript(fetchRates(JSON.stringify(groups))));
});
