import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger } from '../../../src/core/base/logger.ts';
import { isVouchedFor, readExtraAuthorities } from '../../../src/core/net/extra-authorities.ts';
import { createGotTransport } from '../../../src/core/net/got-transport.ts';
import { createUndiciTransport } from '../../../src/core/net/undici-transport.ts';

const hasOpenssl = (() => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

interface Certificate {
  readonly key: string;
  readonly cert: string;
}

const transports = [createGotTransport, createUndiciTransport];

describe.skipIf(!hasOpenssl)('certificates', () => {
  let folder: string;
  let server: Server | undefined;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'teachify-tls-'));
  });
  afterEach(() => server?.close());
  afterAll(() => rmSync(folder, { recursive: true }));

  /** A certificate for 127.0.0.1 signed by itself, valid between two dates (YYYYMMDDHHMMSSZ). */
  function certificate(from: string, to: string): Certificate {
    const [key, cert, request, config] = ['key.pem', 'cert.pem', 'request.pem', 'extensions.cnf'].map((name) => join(folder, name)) as [string, string, string, string];
    const run = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore', cwd: folder });
    execFileSync('sh', ['-c', 'printf "subjectAltName=IP:127.0.0.1\\nbasicConstraints=CA:TRUE\\n" > extensions.cnf; : > index.txt; echo 01 > serial'], { cwd: folder });
    execFileSync('sh', ['-c', 'printf "[ca]\\ndefault_ca=here\\n[here]\\ndatabase=index.txt\\nserial=serial\\nnew_certs_dir=.\\ndefault_md=sha256\\npolicy=any\\nunique_subject=no\\n[any]\\ncommonName=supplied\\n" > ca.cnf'], { cwd: folder });
    run('req', '-new', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', request, '-subj', '/CN=127.0.0.1');
    run('ca', '-batch', '-config', 'ca.cnf', '-selfsign', '-keyfile', key, '-in', request, '-out', cert, '-notext', '-extfile', config, '-startdate', from, '-enddate', to);
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  }

  async function serve({ key, cert }: Certificate): Promise<string> {
    server = createServer({ key, cert }, (_, response) => response.end('hello'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }

  it('trusts nobody it does not know, and those it is told to', async () => {
    const own = certificate('20200101000000Z', '20990101000000Z');
    const url = await serve(own);
    for (const create of transports) {
      const stranger = create({ userAgent: 'test' });
      await expect(stranger({ method: 'GET', url, headers: {} })).rejects.toMatchObject({ code: 'tls_failed' });
      const trusting = create({ userAgent: 'test', extraCa: [own.cert] });
      expect((await trusting({ method: 'GET', url, headers: {} })).status).toBe(200);
    }
  });

  it('trusts the authorities of the system, such as a school installs for its filter', async () => {
    const own = certificate('20200101000000Z', '20990101000000Z');
    const url = await serve(own);
    const file = join(folder, 'school-ca.pem');
    writeFileSync(file, own.cert);
    const net = join(import.meta.dirname, '../../../src/core/net');
    const code = `import { createGotTransport } from ${JSON.stringify(join(net, 'got-transport.ts'))};
      import { createUndiciTransport } from ${JSON.stringify(join(net, 'undici-transport.ts'))};
      for (const create of [createGotTransport, createUndiciTransport]) {
        const { status } = await create({ userAgent: 'test' })({ method: 'GET', url: ${JSON.stringify(url)}, headers: {} });
        if (status !== 200) process.exit(1);
      }
      process.exit(0);`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', code], { env: { ...process.env, SSL_CERT_FILE: file }, stdio: 'inherit' });
    const [status] = (await once(child, 'exit')) as [number];
    expect(status).toBe(0);
  });

  it('vouches for a chain that ends at an authority, host and dates included', () => {
    const { cert } = certificate('20200101000000Z', '20990101000000Z');
    const stranger = certificate('20200101000000Z', '20990101000000Z').cert;
    const vouched = { host: '127.0.0.1', authorities: [cert], now: Date.UTC(2026, 0) };
    expect(isVouchedFor([cert], vouched)).toBe(true);
    expect(isVouchedFor([cert], { ...vouched, host: 'school.example' })).toBe(false);
    expect(isVouchedFor([cert], { ...vouched, now: Date.UTC(2019, 0) })).toBe(false);
    expect(isVouchedFor([stranger, cert], vouched)).toBe(false);
    expect(isVouchedFor([cert], { ...vouched, authorities: [stranger] })).toBe(false);
    expect(isVouchedFor([], vouched)).toBe(false);
  });

  it('a file of authorities adds what it holds, and a broken one nothing', () => {
    const { cert } = certificate('20200101000000Z', '20990101000000Z');
    const file = join(folder, 'authorities.pem');
    const read = (text: string) => {
      writeFileSync(file, text);
      return readExtraAuthorities({ TEACHIFY_EXTRA_CA_FILE: file }, silentLogger());
    };
    expect(read(`${cert}\n${cert}`)).toHaveLength(2);
    expect(read('-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----')).toEqual([]);
    expect(read('')).toEqual([]);
    expect(readExtraAuthorities({ TEACHIFY_EXTRA_CA_FILE: join(folder, 'nowhere.pem') }, silentLogger())).toEqual([]);
  });

  it.each([
    ['is not valid yet', '20980101000000Z', '20990101000000Z'],
    ['has expired', '20000101000000Z', '20010101000000Z'],
  ])('asks about the clock when a certificate %s', async (_, from, to) => {
    const own = certificate(from, to);
    const url = await serve(own);
    for (const create of transports) {
      const transport = create({ userAgent: 'test', extraCa: [own.cert] });
      await expect(transport({ method: 'GET', url, headers: {} })).rejects.toMatchObject({ code: 'clock_wrong' });
    }
  });

  it('says so when the other side speaks no TLS', async () => {
    const { createServer: createPlain } = await import('node:http');
    const plain = createPlain((_, response) => response.end());
    plain.listen(0, '127.0.0.1');
    await once(plain, 'listening');
    const url = `https://127.0.0.1:${(plain.address() as AddressInfo).port}/`;
    for (const create of transports) await expect(create({ userAgent: 'test' })({ method: 'GET', url, headers: {} })).rejects.toMatchObject({ code: 'tls_failed' });
    plain.close();
  });
});
