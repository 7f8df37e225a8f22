// How often a transfer syncs the disk, as strace counts it: at most once for each MiB or 2 s is wanted. Peer: aria2c, which trusts
// the system to write some day.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { openLine } from '../harness/line.ts';
import { report } from './served-file.ts';

const run = promisify(execFile);
const here = join(import.meta.dirname, 'throughput');
const mebibyte = 1024 * 1024;
/** An hour of 480p at full speed; a sixth of it over a line that brings a MiB in four seconds. */
const scenes = [
  { name: 'as fast as it goes', pieces: 600, bitsPerSecond: null },
  { name: 'over 2 Mbit/s', pieces: Number(process.env['TEACHIFY_BENCH_PIECES'] ?? 100), bitsPerSecond: 2e6 },
] as const;
const pieceBytes = 112_000;

const folder = await mkdtemp(join(tmpdir(), 'teachify-bench-syncs-'));

/** Calls of fdatasync and fsync, those on blocks and those on anything else, while a program runs. */
async function syncsOf(program: string, args: readonly string[]): Promise<{ blocks: number; others: number; seconds: number }> {
  const log = join(folder, 'log');
  const start = performance.now();
  await run('strace', ['--follow-forks', '--seccomp-bpf', '--decode-fds=path', '--trace=fdatasync,fsync', `--output=${log}`, program, ...args], { maxBuffer: 64 * mebibyte });
  const seconds = (performance.now() - start) / 1000;
  const calls = (await readFile(log, 'utf8')).split('\n').filter((line) => /f(data)?sync\(/.test(line));
  const blocks = calls.filter((line) => /fdatasync\(.*\.blk/.test(line)).length;
  return { blocks, others: calls.length - blocks, seconds };
}

try {
  for (const { name, pieces, bitsPerSecond } of scenes) {
    const child = spawn(process.execPath, [join(here, 'serve-pieces.ts'), String(pieces), String(pieceBytes)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [said] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const { port, sha256 } = JSON.parse(said) as { port: number; sha256: string };
    const line = await openLine({ target: `http://127.0.0.1:${port}`, bitsPerSecond });
    const ours = await syncsOf(process.execPath, [join(here, 'take-pieces.ts'), join(folder, name), line.url, sha256, String(pieceBytes)]);
    const peer = await syncsOf('aria2c', ['--quiet=true', '--file-allocation=none', `--dir=${folder}`, `--out=${name}`, `${line.url}/whole`]);
    const size = (pieces * pieceBytes) / mebibyte;
    await report(
      `syncs of blocks, ${name}`,
      { 'fdatasync': ours.blocks, 'at most, by size or time, and one at the end': Math.max(size, ours.seconds / 2) + 1, 'for each MiB': ours.blocks / size, 'a second': ours.blocks / ours.seconds, 'of databases and folders': ours.others, 'aria2c, all': peer.blocks + peer.others },
      [`${size.toFixed(0)} MiB in ${ours.seconds.toFixed(1)} s under strace; the databases' are mostly those of making them`],
    );
    await line.close();
    child.kill();
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
