// A line of 256 kbit/s that dies every 20 s (sped up eightfold): what is sent, of the content. Peers: aria2c -c over four
// connections, and curl -C - over one, each started again as often as it ends.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { finish, hashOfBlocks, report, serveFile, take } from './served-file.ts';

const pieces = Number(process.env['TEACHIFY_BENCH_PIECES'] ?? 80);
/** The same 640 kB between two deaths as at the told speed. */
const speedUp = 8;
const lineBytesPerSecond = (256_000 / 8) * speedUp;
const deadMs = 300;
/** As often as a peer may have to be started; it is given up then, and that is said. */
const mostStarts = 400;

const file = await serveFile(pieces);
const { server, size, sha256, path } = file;
const folder = await mkdtemp(join(tmpdir(), 'teachify-bench-dying-'));

interface Fetched {
  readonly sent: number;
  readonly starts: number;
  readonly isWhole: boolean;
}

/** Lets a client fetch the file over so many connections of a line that dies again and again. */
async function overDyingLine(connections: number, fetchIt: () => Promise<{ starts: number; isWhole: boolean }>): Promise<Fetched> {
  server.bytesPerSecond = lineBytesPerSecond / connections;
  let isDown = false;
  server.fault = () => (isDown ? { kind: 'reset' } : undefined);
  const dying = setInterval(() => {
    isDown = true;
    server.cutAll();
    setTimeout(() => (isDown = false), deadMs);
  }, 20_000 / speedUp);
  const before = server.sentBytes('/media');
  const { starts, isWhole } = await fetchIt();
  clearInterval(dying);
  return { sent: (server.sentBytes('/media') - before) / size, starts, isWhole };
}

/** Starts a program until it says that it is done. */
async function again(program: string, args: readonly string[], out: string): Promise<{ starts: number; isWhole: boolean }> {
  for (let starts = 1; starts <= mostStarts; starts++) {
    const [code] = (await once(spawn(program, args, { stdio: 'ignore' }), 'exit')) as [number | null];
    if (code === 0) return { starts, isWhole: createHash('sha256').update(await readFile(out)).digest('hex') === sha256 };
    await sleep(100);
  }
  return { starts: mostStarts, isWhole: false };
}

try {
  const ours = await overDyingLine(4, async () => {
    const data = join(folder, 'ours');
    const code = await finish(take(data, file));
    return { starts: 1, isWhole: code === 0 && (await hashOfBlocks(data)) === sha256 };
  });
  const aria2 = await overDyingLine(4, () => {
    const args = ['--continue=true', '--split=4', '--max-connection-per-server=4', '--min-split-size=1M', '--auto-save-interval=1', '--max-tries=5', '--retry-wait=1', '--file-allocation=none', `--checksum=sha-256=${sha256}`];
    return again('aria2c', [...args, `--dir=${folder}`, '--out=aria2', `${server.url}${path}`], join(folder, 'aria2'));
  });
  const curl = await overDyingLine(1, () => again('curl', ['--silent', '--fail', '--continue-at', '-', '--output', join(folder, 'curl'), `${server.url}${path}`], join(folder, 'curl')));
  const words = ({ starts, isWhole }: Fetched) => `started ${starts} times, hash ${isWhole ? 'equal' : 'NOT EQUAL'}`;
  await report('a line of 256 kbit/s that dies every 20 s', { 'sent, of the content': ours.sent, 'aria2c -c': aria2.sent, 'curl -C -': curl.sent }, [
    `${size / 1e6} MB, eight times as fast as told; at most 1.2 is wanted`,
    `ours ${words(ours)}; aria2c ${words(aria2)}; curl ${words(curl)}, which checks no hash itself`,
  ]);
  if (!ours.isWhole) throw new Error('The file is not what it should be');
} finally {
  await server.close();
  await rm(folder, { recursive: true, force: true });
}
