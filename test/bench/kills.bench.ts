// 200 SIGKILLs at random moments of a transfer, then a line of 256 kbit/s that dies every 20 s (sped up eightfold): what is sent twice.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openRawServer, type RawServer } from '../harness/raw-server.ts';
import { keep, median } from './comparison.ts';

const here = join(import.meta.dirname, 'throughput');
const pieceBytes = 112_000;

/** A file of so many pieces of bytes that do not compress, behind a server that counts. */
async function serve(pieces: number, each = pieceBytes): Promise<{ server: RawServer; sha256: string; size: number }> {
  const size = pieces * each;
  const bytes = new Uint8Array(size);
  for (let at = 0, block = createHash('sha256').update('filler').digest(); at < size; at += 32) {
    bytes.set(block.subarray(0, Math.min(32, size - at)), at);
    block = createHash('sha256').update(block).digest();
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const hashes = Array.from({ length: pieces }, (_, index) => createHash('sha256').update(bytes.subarray(index * each, (index + 1) * each)).digest('hex'));
  const server = await openRawServer();
  server.files.set(`/media/${sha256}`, { bytes });
  server.otherwise = async () => ({ status: 200, headers: {}, body: Buffer.from(JSON.stringify(hashes)) });
  return { server, sha256, size };
}

function take(folder: string, { url }: RawServer, sha256: string, each = pieceBytes) {
  return spawn(process.execPath, [join(here, 'take-pieces.ts'), folder, url, sha256, String(each)], { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** The exit status; what it says is not read. */
async function finish(child: ReturnType<typeof take>): Promise<number | null> {
  child.stdout.resume();
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

/** Every block's bytes, hashed as one file. */
async function hashOf(folder: string): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  const names = (await readdir(join(folder, 'blocks'), { recursive: true })).filter((name) => name.endsWith('.blk'));
  const numberOf = (name: string) => Number(/(\d+)\.blk$/.exec(name)?.[1]);
  const hash = createHash('sha256');
  for (const name of names.toSorted((a, b) => numberOf(a) - numberOf(b))) hash.update(await readFile(join(folder, 'blocks', name)));
  return hash.digest('hex');
}

async function report(name: string, againBytes: number, facts: Readonly<Record<string, number>>, notes: readonly string[]): Promise<void> {
  console.log(`\n${name}\n  fetched again ${(againBytes / 1024).toFixed(1)} KiB`);
  for (const [fact, value] of Object.entries(facts)) console.log(`  ${fact} ${value.toFixed(2)}`);
  for (const note of notes) console.log(`  - ${note}`);
  await keep({ name, againBytes, ...facts, notes });
}

async function kills(count: number): Promise<void> {
  const { server, sha256, size } = await serve(400);
  const folder = await mkdtemp(join(tmpdir(), 'teachify-bench-kills-'));
  const perConnection = 60_000;
  server.bytesPerSecond = perConnection;
  let kill = 0;
  for (; kill < count; kill++) {
    const before = server.sentBytes('/media');
    const child = take(folder, server, sha256);
    const ended = once(child, 'exit');
    while (server.sentBytes('/media') === before && child.exitCode === null) await sleep(5);
    await Promise.race([sleep(Math.random() * 1_500), ended]);
    if (child.exitCode !== null) break;
    child.kill('SIGKILL');
    await ended;
    await sleep(30);
  }
  server.bytesPerSecond = null;
  const code = await finish(take(folder, server, sha256));
  const again = server.sentBytes('/media') - size;
  const isWhole = code === 0 && (await hashOf(folder)) === sha256;
  const twoSeconds = 2 * 4 * perConnection;
  await report(`${kill} SIGKILLs at random moments`, again, { 'per kill, KiB': again / kill / 1024, 'per kill, of two seconds of transfer': again / kill / twoSeconds }, [
    `${size / 1e6} MB over four connections of ${perConnection / 1000} kB/s; final hash ${isWhole ? 'equal' : 'NOT EQUAL'}`,
    'what the server had sent and the killed process not yet written is counted as fetched again',
  ]);
  if (!isWhole) throw new Error('The file is not what it should be');
  await server.close();
  await rm(folder, { recursive: true, force: true });
}

async function dyingLine(): Promise<void> {
  const { server, sha256, size } = await serve(80);
  const folder = await mkdtemp(join(tmpdir(), 'teachify-bench-dying-'));
  // 256 kbit/s and 20 s, both eight times as fast: the same 640 kB between two deaths, over four connections.
  const speedUp = 8;
  server.bytesPerSecond = (256_000 / 8 / 4) * speedUp;
  let isDown = false;
  server.fault = () => (isDown ? { kind: 'reset' } : undefined);
  const dying = setInterval(() => {
    isDown = true;
    server.cutAll();
    setTimeout(() => (isDown = false), 300);
  }, 20_000 / speedUp);
  const code = await finish(take(folder, server, sha256));
  clearInterval(dying);
  const sent = server.sentBytes('/media');
  await report('a line of 256 kbit/s that dies every 20 s', sent - size, { 'sent, of the content': sent / size }, [`${size / 1e6} MB; eight times as fast as told; final hash ${(await hashOf(folder)) === sha256 ? 'equal' : 'NOT EQUAL'}, exit ${code}`]);
  await server.close();
  await rm(folder, { recursive: true, force: true });
}

/** A lesson that is all here: what a start costs. */
async function resumeWhole(): Promise<void> {
  const [pieces, each] = [5_000, 4_000];
  const { server, sha256 } = await serve(pieces, each);
  const folder = await mkdtemp(join(tmpdir(), 'teachify-bench-whole-'));
  await finish(take(folder, server, sha256, each));
  const walls: number[] = [];
  const before = server.requests.filter(({ path }) => path.startsWith('/media')).length;
  for (let run = 0; run < 7; run++) {
    const child = take(folder, server, sha256, each);
    const told = JSON.parse(Buffer.concat(await child.stdout.toArray()).toString()) as { registerMs: number; wallMs: number };
    walls.push(told.registerMs + told.wallMs);
  }
  const asked = server.requests.filter(({ path }) => path.startsWith('/media')).length - before;
  await report('a start with 5,000 verified pieces', 0, { 'median ms to know that all is here': median(walls), 'requests for pieces': asked }, ['no peer: aria2c and curl hash or ask again']);
  await server.close();
  await rm(folder, { recursive: true, force: true });
}

await kills(Number(process.env['TEACHIFY_BENCH_KILLS'] ?? 200));
await dyingLine();
await resumeWhole();
