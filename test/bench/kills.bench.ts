// 200 SIGKILLs at random moments of a transfer: what is sent twice.
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { finish, hashOfBlocks, report, serveFile, take } from './served-file.ts';

const count = Number(process.env['TEACHIFY_BENCH_KILLS'] ?? 200);
const perConnection = 60_000;
const twoSeconds = 2 * 4 * perConnection;

const file = await serveFile(400);
const { server, size, sha256 } = file;
const folder = await mkdtemp(join(tmpdir(), 'teachify-bench-kills-'));
server.bytesPerSecond = perConnection;
let kill = 0;
for (; kill < count; kill++) {
  const before = server.sentBytes('/media');
  const child = take(folder, file);
  const ended = once(child, 'exit');
  while (server.sentBytes('/media') === before && child.exitCode === null) await sleep(5);
  await Promise.race([sleep(Math.random() * 1_500), ended]);
  if (child.exitCode !== null) break;
  child.kill('SIGKILL');
  await ended;
  await sleep(30);
}
server.bytesPerSecond = null;
const code = await finish(take(folder, file));
const again = server.sentBytes('/media') - size;
const isWhole = code === 0 && (await hashOfBlocks(folder)) === sha256;
await report(`${kill} SIGKILLs at random moments`, { 'fetched again, KiB': again / 1024, 'per kill, KiB': again / kill / 1024, 'per kill, of two seconds of transfer': again / kill / twoSeconds }, [
  `${size / 1e6} MB over four connections of ${perConnection / 1000} kB/s; final hash ${isWhole ? 'equal' : 'NOT EQUAL'}`,
  'what the server had sent and the killed process not yet written is counted as fetched again',
]);
await server.close();
await rm(folder, { recursive: true, force: true });
if (!isWhole) throw new Error('The file is not what it should be');
