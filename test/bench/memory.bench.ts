// Memory over a transfer of 10 GiB: does it grow with what has come? Peer: curl on the same file. What was fetched is removed at the end.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { compare, keep, median } from './comparison.ts';

const run = promisify(execFile);
const here = join(import.meta.dirname, 'throughput');
const gibibyte = 1024 ** 3;
const gibibytes = Number(process.env['TEACHIFY_BENCH_GIB'] ?? 10);
/** 64 MiB that come again and again. */
const [pieces, pieceBytes] = [64, 1024 * 1024];
const times = Math.round((gibibytes * gibibyte) / (pieces * pieceBytes));

interface Sample {
  readonly bytes: number;
  readonly rss: number;
}

const folder = await mkdtemp(join(tmpdir(), 'teachify-bench-memory-'));
const child = spawn(process.execPath, [join(here, 'serve-pieces.ts'), String(pieces), String(pieceBytes), String(times)], { stdio: ['ignore', 'pipe', 'inherit'] });
const [said] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
const { port, sha256 } = JSON.parse(said) as { port: number; sha256: string };
const url = `http://127.0.0.1:${port}`;
let samples: readonly Sample[] = [];

async function ours(): Promise<number> {
  const data = join(folder, 'ours');
  const { stdout } = await run(process.execPath, [join(here, 'take-pieces.ts'), data, url, sha256, String(pieceBytes)], { maxBuffer: 64 * 1024 * 1024 });
  samples = (JSON.parse(stdout) as { memory: Sample[] }).memory;
  await rm(data, { recursive: true, force: true });
  return Math.max(...samples.map(({ rss }) => rss));
}

async function curl(): Promise<number> {
  const peer = spawn('curl', ['--silent', '--fail', '--output', join(folder, 'curl'), `${url}/whole`], { stdio: 'ignore' });
  let peak = 0;
  const look = setInterval(() => void peakOf(peer.pid ?? 0).then((bytes) => (peak = Math.max(peak, bytes))), 100);
  await once(peer, 'exit');
  clearInterval(look);
  await rm(join(folder, 'curl'), { force: true });
  return peak;
}
/** The most a process ever held (proc_pid_status(5), VmHWM). */
async function peakOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}

try {
  await compare({
    ...{ name: `memory at its most over ${gibibytes} GiB`, unit: 'bytes', peer: 'curl', runs: 1 },
    measureOurs: ours,
    measurePeer: curl,
    notes: ['a Node process with the piece store, hashing and syncing; whole processes'],
  });
  /** The middle of what was held while the n-th part of all came. */
  const during = (from: number, to: number) => median(samples.filter(({ bytes }) => bytes >= from * gibibytes * gibibyte && bytes < to * gibibytes * gibibyte).map(({ rss }) => rss));
  const mebibytes = (bytes: number) => bytes / 1024 / 1024;
  const tenths = Array.from({ length: 10 }, (_, index) => mebibytes(during(index / 10, (index + 1) / 10)));
  console.log(`  while each tenth came, MiB: ${tenths.map((value) => value.toFixed(0)).join(' ')}`);
  const growth = mebibytes(during(0.9, 1.01) - during(0.1, 0.2));
  console.log(`  from the second tenth to the last: ${growth.toFixed(0)} MiB`);
  await keep({ name: `memory over ${gibibytes} GiB`, tenths, growthMiB: growth });
} finally {
  child.kill();
  await rm(folder, { recursive: true, force: true });
}
