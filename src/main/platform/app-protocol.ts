import { net, protocol, type Session } from 'electron';
import { readFileSync } from 'node:fs';
import { extname, join, normalize, sep } from 'node:path';
import type { MediaRequest, MediaResponse } from '../../core/playback/ports.ts';

export const appOrigin = 'app://teachify';

/** No inline script, no eval, nothing from elsewhere. `blob:` is how Media Source Extensions hand a video its data. */
const contentSecurityPolicy = [
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
  "frame-ancestors 'none'",
].join('; ');

/** Hot reload writes style elements and needs a socket; only ever in development. */
const developmentPolicy = "default-src 'self' 'unsafe-inline' blob: data: ws:";

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.woff2': 'font/woff2',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json',
};

/** Must run before Electron is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true } }]);
}

interface Dependencies {
  readonly session: Session;
  /** The built renderer. */
  readonly rendererFolder: string;
  /** Vite's address in development. */
  readonly devServer: string | undefined;
  readonly respondMedia: (request: MediaRequest) => Promise<MediaResponse>;
}

/** Answers app://teachify/: the renderer's files, and media below /media/. */
export function handleAppProtocol({ session, rendererFolder, devServer, respondMedia }: Dependencies): void {
  session.protocol.handle('app', async (request) => {
    const url = new URL(request.url);
    if (url.host !== 'teachify') return refuse(404);
    if (url.pathname.startsWith('/media/')) return media(request, url, respondMedia);
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405);
    return devServer ? develop(devServer, url) : rendererFile(rendererFolder, url.pathname);
  });
}

async function media(request: Request, url: URL, respond: Dependencies['respondMedia']): Promise<Response> {
  const { signal, method } = request;
  const answer = await respond({ method, path: url.pathname.slice('/media/'.length), range: request.headers.get('range'), signal });
  const body = method === 'HEAD' ? null : answer.body;
  return new Response(body && asStream(body), { status: answer.status, headers: { ...answer.headers } });
}

/** A Response copies bytes that it is given as such: for a large segment that takes as long as deciphering it. */
function asStream(body: Uint8Array | ReadableStream<Uint8Array>): ReadableStream<Uint8Array<ArrayBuffer>> {
  const stream = body instanceof Uint8Array ? streamOf(body) : body;
  return stream as ReadableStream<Uint8Array<ArrayBuffer>>;
}

function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        controller.enqueue(bytes);
        controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

function rendererFile(folder: string, pathname: string): Response {
  const wanted = normalize(join(folder, decoded(pathname === '/' ? '/index.html' : pathname)));
  const type = types[extname(wanted)];
  if (!wanted.startsWith(folder + sep) || !type) return refuse(404);
  const bytes = read(wanted);
  if (!bytes) return refuse(404);
  return new Response(bytes, {
    headers: {
      'content-type': type,
      'content-length': String(bytes.length),
      'content-security-policy': contentSecurityPolicy,
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    },
  });
}

/** At once: a few files of some hundred kB, while nothing else is worth doing. */
function read(file: string): Uint8Array<ArrayBuffer> | null {
  try {
    return new Uint8Array(readFileSync(file));
  } catch {
    return null;
  }
}

/** One that cannot be decoded names nothing. */
function decoded(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return '';
  }
}

async function develop(server: string, url: URL): Promise<Response> {
  const answer = await net.fetch(new URL(url.pathname + url.search, server).href, { bypassCustomProtocolHandlers: true });
  const headers = new Headers(answer.headers);
  headers.set('content-security-policy', developmentPolicy);
  return new Response(answer.body, { status: answer.status, headers });
}

function refuse(status: number): Response {
  return new Response(null, { status, headers: { 'x-content-type-options': 'nosniff' } });
}
