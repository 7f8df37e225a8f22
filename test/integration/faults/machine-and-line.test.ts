import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { exitCodes } from '../../../src/cli/exit-codes.ts';
import { endpoints } from '../../../src/shared/api/endpoints.ts';
import { blockFiles } from '../../harness/belongings.ts';
import { openCoreAtSchool } from '../../harness/core-at-school.ts';
import { lessons } from '../../harness/faulty-school.ts';
import { schoolForWorks } from '../../harness/school-of-tests.ts';
import { runInside } from '../../harness/tool-inside.ts';
import { openLine } from '../../harness/line.ts';
import { runTool, startTool } from '../../harness/tool.ts';

const atSchool = schoolForWorks();

describe.concurrent('a line and a machine that come and go', () => {
  const sizeOf = (folder: string) => blockFiles(folder).reduce((sum, file) => sum + statSync(file).size, 0);
  const download = ['download', lessons.pieces, '--quality', '480p'] as const;

  it('asleep for some seconds, the far ends gone without a word: wakes, asks anew, and is whole long before the line would be given up', async () => {
    await atSchool(async (school, data) => {
      school.fault = () => ({ kind: 'drip', bytesPerSecond: 10_000 });
      const run = startTool({ data, url: school.url }, ...download);
      while (school.sentBytes() < 40_000) await sleep(20);
      run.child.kill('SIGSTOP');
      school.forsakeAll();
      school.fault = () => undefined;
      await sleep(6_500);
      const asked = school.requests.length;
      const before = performance.now();
      run.child.kill('SIGCONT');
      while (school.requests.length === asked) await sleep(20);
      // A silent line is given up after 30 s, of which it slept through some.
      expect(performance.now() - before).toBeLessThan(20_000);
      expect(await run.ended).toBe(exitCodes.ok);
      // What the line had taken from the server and not yet brought.
      expect(school.sentBytes() - sizeOf(data)).toBeLessThan(sizeOf(data) / 2);
    });
  });

  it('offline in the middle: waits, says why, tries by itself, and fetches nothing again', async () => {
    await atSchool(async (school, data) => {
      // Slowly: what a busy machine has not taken from the line yet when that is cut is lost, and is not what is meant here.
      school.fault = () => ({ kind: 'drip', bytesPerSecond: 6_000 });
      const line = await openLine({ target: school.url });
      try {
        const run = startTool({ data, url: line.url }, ...download, '--wait', '40');
        while (school.sentBytes() < 60_000) await sleep(20);
        await line.cut();
        while (!run.lines.some(({ state, reason }) => state === 'waiting' && reason === 'unreachable')) await sleep(50);
        await sleep(1_500);
        school.fault = () => undefined;
        await line.resume();
        expect(await run.ended).toBe(exitCodes.ok);
        // A slice was on the way on each of four connections.
        expect(school.sentBytes() - sizeOf(data)).toBeLessThanOrEqual(4 * 2 * 8 * 1024);
      } finally {
        await line.close();
      }
    });
  });

  it('stopped by ctrl-C in the middle of pieces: their beginnings stay, and the same command asks for the rest', async () => {
    await atSchool(async (school, data) => {
      school.fault = () => ({ kind: 'drip', bytesPerSecond: 8_000 });
      const run = startTool({ data, url: school.url }, ...download);
      while (school.sentBytes() < 100_000) await sleep(20);
      run.child.kill('SIGINT');
      expect(await run.ended).toBe(exitCodes.cancelled);
      school.fault = () => undefined;
      expect((await runInside({ data, url: school.url }, ...download)).code).toBe(exitCodes.ok);
      expect(school.sentBytes() - sizeOf(data)).toBeLessThanOrEqual(4 * 2 * 8 * 1024);
      expect((await runInside({ data, url: school.url }, 'verify', '--no-repair')).lines.map((told) => told['bad_pieces'])).toEqual([0]);
    });
  });

  it("through a school's proxy, whose certificate only the system knows: whole, and every connection goes through it", async () => {
    await atSchool(async (school, data) => {
      const folder = join(data, 'certificates');
      mkdirSync(folder);
      const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
      execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=school.test', '-addext', 'subjectAltName=DNS:school.test', '-keyout', key, '-out', cert], { stdio: 'ignore' });
      const { port: behind } = new URL(school.url);
      // The school as the filter shows it: the same answers under the filter's own certificate.
      const shown = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (incoming, outgoing) => {
        const upstream = request({ host: '127.0.0.1', port: behind, path: incoming.url, method: incoming.method, headers: incoming.headers }, (answer) => {
          outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
          answer.pipe(outgoing);
        });
        incoming.pipe(upstream);
      }).listen(0, '127.0.0.1');
      await once(shown, 'listening');
      const tunnels: string[] = [];
      const proxy = createServer().listen(0, '127.0.0.1');
      proxy.on('connect', ({ url }, socket) => {
        tunnels.push(url ?? '');
        const far = connect((shown.address() as AddressInfo).port, '127.0.0.1', () => socket.write('HTTP/1.1 200 Connection established\r\n\r\n'));
        far.pipe(socket).pipe(far);
        for (const end of [far, socket]) end.on('error', () => end.destroy());
      });
      await once(proxy, 'listening');
      const seat = { data, url: 'https://school.test', env: { HTTPS_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, SSL_CERT_FILE: cert } };
      try {
        const { code, lines } = await runTool(seat, 'download', lessons.pieces, '--quality', '480p');
        expect({ code, last: lines.at(-1) }).toMatchObject({ code: exitCodes.ok, last: { event: 'done' } });
        expect(school.sentBytes()).toBe(Number(lines.findLast(({ event }) => event === 'progress')?.['bytes_total']));
        expect(tunnels.length).toBeGreaterThan(1);
        expect(new Set(tunnels)).toEqual(new Set(['school.test:443']));
        // Nobody knows the certificate: no byte, and the reason.
        const stranger = await runTool({ ...seat, data: join(data, 'stranger'), env: { ...seat.env, SSL_CERT_FILE: '/dev/null' } }, 'download', lessons.pieces);
        expect(stranger.code).toBe(exitCodes.line);
        expect(stranger.lines.at(-1)).toMatchObject({ event: 'error', code: 'tls_failed' });
      } finally {
        proxy.closeAllConnections();
        shown.closeAllConnections();
        proxy.close();
        shown.close();
      }
    });
  });

  it('an allowance that is used up stops what runs at once, says so, and goes on when there is more', async ({ expect }) => {
    await atSchool(async (school, data) => {
      school.fault = () => ({ kind: 'drip', bytesPerSecond: 6_000 });
      const core = await openCoreAtSchool({ data, url: school.url });
      try {
        const { bytes } = await core.downloads.plan([lessons.pieces], '480p');
        await core.settings.set({ dataAllowance: { bytes: Math.round(bytes * 0.3), per: 'day' } });
        await core.downloads.add([lessons.pieces], '480p');
        await expect.poll(async () => (await core.downloads.list())[0]).toMatchObject({ state: 'waiting', reason: 'allowance_used' });
        // Pieces that were under way come to their end. The queue is looked at every 15 s otherwise, by when all would have come.
        expect(school.sentBytes()).toBeLessThan(bytes);
        school.fault = () => undefined;
        await core.settings.set({ dataAllowance: null });
        await expect.poll(async () => (await core.downloads.list())[0]?.state).toBe('ready');
        expect(school.sentBytes()).toBe(bytes);
      } finally {
        await core.dispose();
      }
    });
  });

  it('401 in the middle, met by all transfers: one refresh', async () => {
    await atSchool(async (school, data) => {
      const refused = new Set<string>();
      school.fault = ({ path, headers }) => {
        const token = headers['authorization'] ?? '';
        if (path.endsWith('.mp4') && refused.size === 0) refused.add(token);
        return refused.has(token) && path.endsWith('.mp4') ? { kind: 'answer', status: 401 } : undefined;
      };
      const { code } = await runInside({ data, url: school.url }, 'download', lessons.plain, '--wait', '2');
      expect(code).toBe(exitCodes.ok);
      expect(school.requests.filter(({ path }) => path === endpoints.refresh())).toHaveLength(1);
    });
  });
});
