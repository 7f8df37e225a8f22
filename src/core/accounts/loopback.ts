import { randomBytes } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BackPage } from '../../shared/contracts/accounts.ts';

/** Where the browser brings the student's answer (RFC 8252 7.3): one address of this machine, for one sign-in. */
export interface Loopback {
  readonly redirectUri: string;
  /** The answer's address, once `accepts` finds it to be ours; anything else that comes is turned away. */
  readonly answer: Promise<URL>;
  close(): void;
}

function pageOf({ language, direction, title, body }: BackPage): string {
  const [lang, heading, sentence] = [language, title, body].map((text) => text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`));
  return `<!doctype html><html lang="${lang}" dir="${direction}"><meta charset="utf-8"><title>Teachify</title>
<h1>${heading}</h1><p>${sentence}</p></html>`;
}

export async function openLoopback(backPage: BackPage, accepts: (answer: URL) => boolean): Promise<Loopback> {
  const path = `/${randomBytes(16).toString('hex')}`;
  let found: (answer: URL) => void = () => {};
  const answer = new Promise<URL>((resolve) => (found = resolve));
  const server = createServer((request, response) => {
    const { port } = server.address() as AddressInfo;
    const url = URL.parse(request.url ?? '', `http://127.0.0.1:${port}`);
    // A name that leads here is another site's way in.
    const isOurs = request.method === 'GET' && request.headers.host === `127.0.0.1:${port}` && url?.pathname === path && accepts(url);
    if (!isOurs || !url) return turnAway(response);
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': "default-src 'none'", 'cache-control': 'no-store', connection: 'close' });
    response.end(pageOf(backPage), () => found(url));
  });
  await listening(server);
  return {
    redirectUri: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    answer,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function turnAway(response: ServerResponse): void {
  response.writeHead(404, { connection: 'close' }).end();
}

function listening(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
}
