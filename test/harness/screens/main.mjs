// A stand-in for src/main that only shows the built renderer: answers come from a table that the test fills.
import { app, BrowserWindow, ipcMain, protocol } from 'electron';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';

const { SCREENS_RENDERER: renderer, SCREENS_MEDIA: media, SCREENS_PRELOAD: preload } = process.env;

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.woff2': 'font/woff2',
  '.svg': 'image/svg+xml',
  '.jpg': 'image/jpeg',
  '.m3u8': 'application/vnd.apple.mpegurl',
  '.mp4': 'video/mp4',
  '.m4s': 'video/mp4',
  '.vtt': 'text/vtt',
};

// The policy of the real shell; blob: is how a media source gets into a video element.
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self'",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const state = { answers: {}, absent: [], gone: [], slow: [], damaged: [], calls: [], unanswered: 0, opening: 0, said: 0 };
globalThis.screens = state;

protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } }]);

ipcMain.on('screens:opening', (event) => (event.returnValue = state.opening));
ipcMain.handle('screens:reach', () => {});
ipcMain.handle('screens:call', async (_event, opening, name, input) => {
  if (opening !== state.opening) return unanswered();
  state.calls.push({ name, input });
  const answer = state.answers[name];
  if (answer === undefined) return { ok: false, error: { code: 'internal', message: `No answer for ${name}`, retryable: false } };
  if (answer === 'never') {
    state.unanswered += 1;
    return unanswered();
  }
  if (name === 'settings.set') answer.value = { ...state.answers['settings.get'].value, ...input };
  if (name === 'settings.set') state.answers['settings.get'].value = answer.value;
  return answer;
});

// Electron answers for a promise that was collected; these are held.
const held = [];
function unanswered() {
  return new Promise((resolve) => held.push(resolve));
}

app.whenReady().then(() => {
  protocol.handle('app', respond);
  const window = new BrowserWindow({
    width: 1280,
    height: 800,
    useContentSize: true,
    show: true,
    webPreferences: { preload, sandbox: true, contextIsolation: true, autoplayPolicy: 'no-user-gesture-required' },
  });
  // The test fills the table first, then goes to the app.
  window.loadURL('about:blank');
});
app.on('window-all-closed', () => app.quit());

async function respond(request) {
  const path = decodeURIComponent(new URL(request.url).pathname);
  const isMedia = path.startsWith('/media/');
  if (state.absent.some((part) => path.includes(part))) {
    return new Response(null, { status: 503, headers: { 'x-teachify-reason': 'not_on_this_computer' } });
  }
  if (state.gone.some((part) => path.includes(part))) return new Response('Not found', { status: 404 });
  while (state.slow.some((part) => path.includes(part))) await new Promise((resolve) => setTimeout(resolve, 20));
  const file = isMedia ? join(media, normalize(path.slice('/media/'.length))) : join(renderer, normalize(path));
  const bytes = await readFile(file).catch(() => null);
  if (bytes === null) return new Response('Not found', { status: 404 });
  if (state.damaged.some((part) => path.includes(part))) scramble(bytes);
  const headers = { 'content-type': types[extname(file)] ?? 'application/octet-stream', 'x-content-type-options': 'nosniff' };
  if (extname(file) === '.html') headers['content-security-policy'] = policy;
  // Chromium keeps scripts from one page to the next while it has room, and what it keeps is never slow.
  if (path.includes('-engine')) headers['cache-control'] = 'no-store';
  return partly(bytes, headers, request.headers.get('range'));
}

function partly(bytes, headers, range) {
  const match = /^bytes=(\d+)-(\d*)$/.exec(range ?? '');
  if (!match) return new Response(bytes, { headers: { ...headers, 'content-length': String(bytes.length), 'accept-ranges': 'bytes' } });
  const start = Number(match[1]);
  const end = Math.min(bytes.length - 1, match[2] === '' ? bytes.length - 1 : Number(match[2]));
  const part = bytes.subarray(start, end + 1);
  const contentRange = `bytes ${start}-${end}/${bytes.length}`;
  return new Response(part, { status: 206, headers: { ...headers, 'content-length': String(part.length), 'content-range': contentRange } });
}

/** What no decoder takes: the boxes are whole, the pictures in them are noise. */
function scramble(bytes) {
  for (let at = bytes.indexOf('mdat') + 4; at < bytes.length; at++) bytes[at] = (at * 167) & 0xff;
}
