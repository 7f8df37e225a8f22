// Random stretches of 500 kB out of published files: from the server by itself, and with an nginx before it that sends what the
// server gives leave for. Peer of both: the same nginx sending the same files by sendfile, asked by nobody's leave.
// And the server's memory while two hundred slow clients take such stretches. Targets: 0.30, 0.80, 250 MB.
import { execFile } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createFolderStorage } from '../../src/server/storage/folder-storage.ts';
import { startNginx } from '../harness/nginx.ts';
import { compare, keep } from './comparison.ts';
import { runSchool } from './run-school.ts';
import { runWrk } from './wrk/run-wrk.ts';

const run = promisify(execFile);
const runs = Number(process.env['TEACHIFY_BENCH_RUNS'] ?? 5);
const seconds = Number(process.env['TEACHIFY_BENCH_SECONDS'] ?? 4);
const [files, fileBytes, rangeBytes, connections, slowClients] = [4, 64 * 1024 * 1024, 500_000, 16, 200];
const data = await mkdtemp(join(tmpdir(), 'teachify-bench-ranges-'));
const media = join(data, 'media');

/** The same random stretches for all three, under the place where each has the files. */
async function writeAsks(names: readonly string[]): Promise<Record<'media' | 'peer', string>> {
  const asks = Array.from({ length: 5_000 }, () => {
    const start = randomInt(fileBytes - rangeBytes);
    return { name: names[randomInt(names.length)] ?? '', range: `bytes=${start}-${start + rangeBytes - 1}` };
  });
  const [ours, peers] = [join(data, 'asks'), join(data, 'asks-of-peer')];
  await writeFile(ours, asks.map(({ name, range }) => `/media/${name}\trange\t${range}\n`).join(''));
  await writeFile(peers, asks.map(({ name, range }) => `/peer/${name.slice(0, 2)}/${name}\trange\t${range}\n`).join(''));
  return { media: ours, peer: peers };
}

const storage = createFolderStorage(media);
const names: string[] = [];
for (let index = 0; index < files; index += 1) {
  const bytes = randomBytes(fileBytes);
  names.push((await storage.put([bytes])).sha256);
}
const asks = await writeAsks(names);
const alone = await runSchool(data);
const behind = await runSchool(data, '--accel-redirect', '/teachify-media');
const nginx = await startNginx({ port: Number(new URL(behind.url).port), media, more: `location /peer/ { alias ${media}/; }` });

async function rate(url: string, list: string): Promise<number> {
  const { perSecond, bytesEach } = await runWrk({ url, asks: list, connections, seconds });
  if (bytesEach < rangeBytes || bytesEach > rangeBytes + 1_000) throw new Error(`An answer of ${url} had ${Math.round(bytesEach)} bytes`);
  return perSecond;
}

try {
  const peer = { peer: 'nginx', unit: '/s', runs, measurePeer: () => rate(nginx.url, asks.peer) } as const;
  const notes = [`${connections} connections without pause, wrk and server on the same ${files} files of 64 MiB, in the system's cache`];
  // What the first asker pays, nobody measures.
  for (const [url, list] of [[alone.url, asks.media], [nginx.url, asks.media], [nginx.url, asks.peer]] as const) await runWrk({ url, asks: list, connections, seconds: 1 });
  await compare({ ...peer, name: 'ranges of 500 kB, the server by itself', measureOurs: () => rate(alone.url, asks.media), notes: [...notes, 'at least 0.30'] });
  await compare({ ...peer, name: 'ranges of 500 kB, behind nginx', measureOurs: () => rate(nginx.url, asks.media), notes: [...notes, 'at least 0.80'] });

  const slow = async () => {
    const { stdout } = await run(process.execPath, [join(import.meta.dirname, 'media-ranges/slow-clients.ts'), alone.url, asks.media, String(slowClients), '20']);
    const { taken } = JSON.parse(stdout) as { taken: number };
    if (taken < slowClients * 1_000_000) throw new Error(`The slow clients got ${taken} bytes`);
  };
  const residentMB = await alone.watchMemory(slow);
  console.log(`\n${slowClients} slow clients at the server that was just measured: at most ${residentMB.toFixed(0)} MB resident (less than 250)`);
  await keep({ name: 'memory with slow clients', clients: slowClients, residentMB });
} finally {
  await nginx.close();
  await Promise.all([alone.close(), behind.close()]);
  await rm(data, { recursive: true, force: true });
}
