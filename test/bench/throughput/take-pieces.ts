// Our side of the throughput bench: the piece store fetches one file, durable and verified, and says what it took as JSON.
// Arguments: data folder, server address, the file's hash, bytes a piece.
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { systemClock } from '../../../src/core/base/clock.ts';
import { silentLogger } from '../../../src/core/base/logger.ts';
import { systemRandom } from '../../../src/core/base/random.ts';
import { claimFolder } from '../../../src/core/content/block-folder.ts';
import { createLineBudget } from '../../../src/core/content/line-budget.ts';
import { createOriginSource } from '../../../src/core/content/origin-source.ts';
import { createPieceStore } from '../../../src/core/content/piece-store.ts';
import { openDatabases } from '../../../src/core/database/databases.ts';
import { createBandwidthMeter } from '../../../src/core/net/bandwidth-meter.ts';
import { createGotTransport } from '../../../src/core/net/got-transport.ts';
import { createUndiciTransport } from '../../../src/core/net/undici-transport.ts';
import { isTeachifyError } from '../../../src/shared/errors.ts';

function retryable(error: unknown): false {
  if (isTeachifyError(error) && error.retryable) return false;
  throw error;
}

const [folder = '', address = '', sha256 = '', size = ''] = process.argv.slice(2);
const pieceBytes = Number(size);
const hashes = (await (await fetch(`${address}/hashes`)).json()) as string[];
const table = hashes.map((hash, index) => ({ offset: index * pieceBytes, length: pieceBytes, durationUs: 6_000_000, sha256: Buffer.from(hash, 'hex') }));

await claimFolder(join(folder, 'blocks'));
const { content } = openDatabases(folder);
const clock = systemClock();
const bandwidth = createBandwidthMeter();
const store = createPieceStore({
  folder: join(folder, 'blocks'),
  database: content,
  source: createOriginSource({
    transport: (process.env['TEACHIFY_BENCH_TRANSPORT'] === 'got' ? createGotTransport : createUndiciTransport)({ userAgent: 'teachify-bench' }),
    serverUrl: () => address,
    authorisation: { accessToken: async () => null, replaceToken: async () => '' },
  }),
  connectivity: { state: () => ({ status: 'online', reason: null, since: 0 }), changed: () => () => {}, reportSuccess: () => {}, reportFailure: () => {} },
  bandwidth,
  budget: createLineBudget({ clock, rules: () => ({ rateLimitBytesPerSecond: null, polite: process.env['TEACHIFY_BENCH_POLITE'] === '1' }), bitsPerSecond: () => bandwidth.bitsPerSecond() }),
  cacheQuotaBytes: () => 1024 ** 4,
  clock,
  random: systemRandom(),
  logger: silentLogger(),
});
const registering = performance.now();
await store.register({ id: sha256, bytes: table.length * pieceBytes, pieces: table, origin: { kind: 'published' } });
const registerMs = performance.now() - registering;
const wanted = table.map((_, piece) => ({ fileId: sha256, piece }));
const memoryBefore = process.memoryUsage().rss;
// Memory by what is here, for a transfer that is larger than memory.
const memory: { readonly bytes: number; readonly rss: number }[] = [];
const sampling = setInterval(() => memory.push({ bytes: store.verified(sha256).bytes, rss: process.memoryUsage().rss }), 500);
const loop = monitorEventLoopDelay({ resolution: 5 });
loop.enable();
const cpu = process.cpuUsage();
const start = performance.now();
// As the queue does it: what may pass by itself is tried again.
while (!(await store.fetch(wanted, { priority: 'background' }).then(() => true, (error: unknown) => retryable(error)))) await clock.sleep(1_000);
const wallMs = performance.now() - start;
const { user, system } = process.cpuUsage(cpu);
loop.disable();
clearInterval(sampling);
const report = { registerMs, wallMs, cpuMs: (user + system) / 1000, loopP99Ms: loop.percentile(99) / 1e6, grownBytes: process.memoryUsage().rss - memoryBefore, memory };
process.stdout.write(`${JSON.stringify(report)}\n`);
process.exit(0);
