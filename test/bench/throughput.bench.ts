// How fast pieces come over loopback, verified and durable. Peers: aria2c fetching the same pieces as files, curl fetching one file.
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { openLine } from '../harness/line.ts';
import { compare, keep, median } from './comparison.ts';

const run = promisify(execFile);
const here = join(import.meta.dirname, 'throughput');
const folder = await mkdtemp(join(tmpdir(), 'teachify-bench-throughput-'));
const runs = Number(process.env['TEACHIFY_BENCH_RUNS'] ?? 5);

interface Served {
  readonly url: string;
  readonly sha256: string;
  close(): void;
}

async function serve(pieces: number, pieceBytes: number): Promise<Served> {
  const child = spawn(process.execPath, [join(here, 'serve-pieces.ts'), String(pieces), String(pieceBytes)], { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) {
    const { port, sha256 } = JSON.parse(line) as { port: number; sha256: string };
    return { url: `http://127.0.0.1:${port}`, sha256, close: () => child.kill() };
  }
  throw new Error('The file server did not start');
}

interface Report {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly loopP99Ms: number;
  readonly grownBytes: number;
}

async function takePieces(data: string, url: string, sha256: string, pieceBytes: number): Promise<Report> {
  const { stdout } = await run(process.execPath, [join(here, 'take-pieces.ts'), data, url, sha256, String(pieceBytes)]);
  await rm(data, { recursive: true, force: true });
  return JSON.parse(stdout) as Report;
}

/** One hour of 480p: 600 pieces, 67 MB. */
const hour = { pieces: 600, pieceBytes: 112_000 };
/** aria2c writes six files at once and checks each against its hash, as we do. */
async function aria2(data: string, url: string, connections: number): Promise<number> {
  const hashes = (await (await fetch(`${url}/hashes`)).json()) as string[];
  const list = hashes.map((hash, index) => `${url}/piece/${index}\n  out=${index}\n  checksum=sha-256=${hash}`).join('\n');
  const start = performance.now();
  const child = spawn('aria2c', ['--input-file=-', `--dir=${data}`, `--max-concurrent-downloads=${connections}`, '--quiet=true', '--file-allocation=none'], { stdio: ['pipe', 'ignore', 'inherit'] });
  child.stdin.end(list);
  const code = await new Promise((resolve) => child.once('close', resolve));
  const took = performance.now() - start;
  if (code !== 0) throw new Error(`aria2c ended with ${String(code)}`);
  await rm(data, { recursive: true, force: true });
  return took;
}

const served = await serve(hour.pieces, hour.pieceBytes);
try {
  await compare({
    ...{ name: 'one hour of 480p over loopback, verified and durable', unit: 'ms', peer: 'aria2c -j6', runs },
    measureOurs: async (index) => (await takePieces(join(folder, `ours-${index}`), served.url, served.sha256, hour.pieceBytes)).wallMs,
    measurePeer: (index) => aria2(join(folder, `aria2-${index}`), served.url, 6),
    notes: ['600 pieces of 112 kB; ours from the call to the last commit in a running process, the peer from its spawn to its exit; ours syncs to disk, the peer does not'],
  });
  const far = await openLine({ target: served.url, latencyMs: 100 });
  await compare({
    ...{ name: 'one hour of 480p at 100 ms round trip', unit: 'ms', peer: 'aria2c -j6', runs: 3 },
    measureOurs: async (index) => (await takePieces(join(folder, `far-${index}`), far.url, served.sha256, hour.pieceBytes)).wallMs,
    measurePeer: (index) => aria2(join(folder, `far-aria2-${index}`), far.url, 6),
    notes: ['the delay is a proxy in this process; ours joins adjacent pieces into one range'],
  });
  await far.close();
} finally {
  served.close();
}

const large = { pieces: 1024, pieceBytes: 1024 * 1024 };
const big = await serve(large.pieces, large.pieceBytes);
const bigReports: Report[] = [];
try {
  await compare({
    ...{ name: 'one file of 1 GiB over loopback', unit: 'ms', peer: 'curl', runs: 3 },
    measureOurs: async (index) => {
      const report = await takePieces(join(folder, `big-${index}`), big.url, big.sha256, large.pieceBytes);
      bigReports.push(report);
      return report.wallMs;
    },
    measurePeer: async (index) => {
      const file = join(folder, `curl-${index}`);
      const start = performance.now();
      await run('curl', ['--silent', '--fail', '--output', file, `${big.url}/whole`]);
      const took = performance.now() - start;
      await rm(file);
      return took;
    },
    notes: ['ours hashes and syncs, the peer does neither'],
  });
  const middle = (of: (report: Report) => number) => median(bigReports.map(of));
  const facts = { cpuSecondsPerGiB: middle(({ cpuMs }) => cpuMs / 1000), loopP99Ms: middle(({ loopP99Ms }) => loopP99Ms), grownMB: middle(({ grownBytes }) => grownBytes / 1e6) };
  console.log(`  ours: ${facts.cpuSecondsPerGiB.toFixed(1)} CPU-s per GiB, main loop delay p99 ${facts.loopP99Ms.toFixed(0)} ms, memory grown by ${facts.grownMB.toFixed(0)} MB`);
  await keep({ name: 'what 1 GiB costs', ...facts });
} finally {
  big.close();
  await rm(folder, { recursive: true, force: true });
}
