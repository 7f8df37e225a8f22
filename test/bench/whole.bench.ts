// A lesson of 5,000 verified pieces that is all here: what a start costs. Peers: aria2c -c on the same bytes, as one file and as
// 5,000 files, each with its books written.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from './comparison.ts';
import { finish, report, serveFile, take } from './served-file.ts';

const [pieces, pieceBytes] = [5_000, 4_000];
const runs = Number(process.env['TEACHIFY_BENCH_RUNS'] ?? 7);

const file = await serveFile(pieces, pieceBytes);
const { server, sha256, path } = file;
const folder = await mkdtemp(join(tmpdir(), 'teachify-bench-whole-'));
const asked = () => server.requests.filter(({ path: one }) => one.startsWith('/media') || one.startsWith('/piece')).length;

async function aria2(args: readonly string[], list?: string): Promise<number> {
  const start = performance.now();
  const child = spawn('aria2c', ['--quiet=true', '--continue=true', '--auto-save-interval=1', '--file-allocation=none', `--dir=${folder}`, ...args], { stdio: ['pipe', 'ignore', 'inherit'] });
  child.stdin.end(list ?? '');
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`aria2c ended with ${String(code)}`);
  return performance.now() - start;
}
const oneFile = () => aria2(['--out=one', `--checksum=sha-256=${sha256}`, `${server.url}${path}`]);
const list = Array.from({ length: pieces }, (_, index) => `${server.url}/piece/${index}\n  out=${index}`).join('\n');
const manyFiles = () => aria2(['--input-file=-', '--max-concurrent-downloads=6'], list);

/** Medians of so many starts, and how often the server was asked by each. */
async function starts(startOnce: () => Promise<number>): Promise<{ ms: number; requests: number }> {
  const walls: number[] = [];
  const before = asked();
  for (let run = 0; run < runs; run++) walls.push(await startOnce());
  return { ms: median(walls), requests: (asked() - before) / runs };
}

try {
  const data = join(folder, 'ours');
  await finish(take(data, file));
  await oneFile();
  await manyFiles();
  const wholeProcess: number[] = [];
  const ours = await starts(async () => {
    const start = performance.now();
    const told = JSON.parse(Buffer.concat(await take(data, file).stdout.toArray()).toString()) as { registerMs: number; wallMs: number };
    wholeProcess.push(performance.now() - start);
    return told.registerMs + told.wallMs;
  });
  const one = await starts(oneFile);
  const many = await starts(manyFiles);
  await report(
    'a start with 5,000 verified pieces',
    {
      'ms to know that all is here': ours.ms,
      'ms of the whole process': median(wholeProcess),
      'requests for pieces': ours.requests,
      'aria2c -c, one file: ms': one.ms,
      'aria2c -c, one file: requests': one.requests,
      'aria2c -c, 5,000 files: ms': many.ms,
      'aria2c -c, 5,000 files: requests': many.requests,
    },
    ['at most 300 ms and no request are wanted; the peers are whole processes, and their one file is hashed again'],
  );
} finally {
  await server.close();
  await rm(folder, { recursive: true, force: true });
}
