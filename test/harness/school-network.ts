import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A network as schools have them: a script names the proxy, only the proxy knows the school, and the filter's own authority signs. */
export interface SchoolNetwork {
  /** Known to the proxy alone. */
  readonly schoolUrl: string;
  /** Chromium's flag that stands for the system's setting. */
  readonly flag: string;
  /** PEM file of the filter's authority. */
  readonly authorityFile: string;
  /** Hosts the proxy was asked for, in order. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

const host = 'school.test';

/** @param target where the course server really is */
export async function openSchoolNetwork(target: string): Promise<SchoolNetwork> {
  const folder = await mkdtemp(join(tmpdir(), 'teachify-network-'));
  await makeCertificates(folder);
  const tls = { key: await readFile(join(folder, 'school.key')), cert: await readFile(join(folder, 'school.pem')) };
  const school = createTlsServer(tls, (incoming, outgoing) => {
    const forwarded = request(`${target}${incoming.url}`, { method: incoming.method, headers: incoming.headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    forwarded.on('error', () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const proxy = createServer((_, outgoing) => {
    outgoing.setHeader('content-type', 'application/x-ns-proxy-autoconfig');
    outgoing.end(`function FindProxyForURL(url, host) { return host === '${host}' ? 'PROXY 127.0.0.1:${portOf(proxy)}' : 'DIRECT'; }`);
  });
  proxy.on('connect', ({ url }, socket: Socket) => {
    asked.push(url ?? '');
    const upstream = connect(portOf(school), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    for (const one of [socket, upstream]) {
      sockets.add(one);
      one.on('error', () => {});
      one.on('close', () => sockets.delete(one));
    }
  });
  for (const server of [school, proxy]) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
  return {
    schoolUrl: `https://${host}`,
    flag: `--proxy-pac-url=http://127.0.0.1:${portOf(proxy)}/proxy.pac`,
    authorityFile: join(folder, 'authority.pem'),
    asked,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      for (const server of [school, proxy]) server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** An authority, and a certificate for the school signed by it. */
async function makeCertificates(folder: string): Promise<void> {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore', cwd: folder });
  await writeFile(join(folder, 'school.cnf'), `subjectAltName=DNS:${host}\n`);
  const fresh = ['-newkey', 'rsa:2048', '-nodes'] as const;
  openssl('req', '-x509', ...fresh, '-keyout', 'authority.key', '-out', 'authority.pem', '-days', '30', '-subj', '/CN=School filter', '-addext', 'basicConstraints=critical,CA:TRUE');
  openssl('req', ...fresh, '-keyout', 'school.key', '-out', 'school.csr', '-subj', `/CN=${host}`);
  openssl('x509', '-req', '-in', 'school.csr', '-CA', 'authority.pem', '-CAkey', 'authority.key', '-CAcreateserial', '-out', 'school.pem', '-days', '30', '-extfile', 'school.cnf');
}

function portOf(server: Server | ReturnType<typeof createTlsServer>): number {
  return (server.address() as AddressInfo).port;
}
