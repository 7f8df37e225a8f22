// The peer of the first frame: a bare page with hls.js, which reads the same pictures and sound from the disk, not encrypted.
import { open, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { app, BrowserWindow, protocol } from 'electron';
import { mark, seeks, wait } from '../watch-page.mjs';

const { BENCH_FILES: files = '', BENCH_HLS: hls = '', BENCH_WATCH: watch = 'first-frame' } = process.env;
const page = '<!doctype html><title>bare</title><video muted></video><script src="bare://page/hls.js"></script>';
const types = { '.m3u8': 'application/vnd.apple.mpegurl', '.mp4': 'video/mp4' };

protocol.registerSchemesAsPrivileged([{ scheme: 'bare', privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } }]);

async function answer(request) {
  const name = basename(new URL(request.url).pathname);
  if (name === 'index.html') return new Response(page, { headers: { 'content-type': 'text/html' } });
  if (name === 'hls.js') return new Response(await readFile(hls), { headers: { 'content-type': 'text/javascript' } });
  const file = join(files, name);
  const headers = { 'content-type': types[name.slice(name.lastIndexOf('.'))] ?? 'application/octet-stream' };
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.get('range') ?? '');
  if (!range) return new Response(await readFile(file), { headers });
  const [start, end] = [Number(range[1]), Number(range[2])];
  const { size } = await stat(file);
  const handle = await open(file, 'r');
  const { buffer } = await handle.read(Buffer.alloc(end - start + 1), 0, end - start + 1, start);
  await handle.close();
  return new Response(buffer, { status: 206, headers: { ...headers, 'content-range': `bytes ${start}-${end}/${size}` } });
}

const play = `new Promise((shown, failed) => {
  const began = performance.now();
  const video = document.querySelector('video');
  const hls = new Hls({ maxBufferLength: 30, maxMaxBufferLength: 30 });
  hls.on(Hls.Events.ERROR, (_, data) => data.fatal && failed(new Error(data.details)));
  hls.loadSource('bare://page/playlist.m3u8');
  hls.attachMedia(video);
  video.requestVideoFrameCallback(() => shown(performance.now() - began));
  video.play();
})`;

app.whenReady().then(async () => {
  protocol.handle('bare', answer);
  const window = new BrowserWindow({ width: 1280, height: 800 });
  await window.loadURL('bare://page/index.html');
  // As long as it takes a person to reach for the button.
  await wait(1000);
  const firstFrame = await window.webContents.executeJavaScript(play, true);
  mark(watch === 'seeks' ? await window.webContents.executeJavaScript(seeks, true) : firstFrame);
});
