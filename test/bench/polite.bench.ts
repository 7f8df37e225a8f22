// What a polite download leaves to others on the same line: curl fetches a file alone, and while we take a lesson home.
// The target is at least 75 % of curl's solo speed, a ratio of at most 1.33.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { openLine } from '../harness/line.ts';
import { compare } from './comparison.ts';

const run = promisify(execFile);
const here = join(import.meta.dirname, 'throughput');
const bitsPerSecond = 16e6;
/** An hour of 480p, which takes longer than every transfer it competes with. */
const [pieces, pieceBytes] = [600, 112_000];
const curlBytes = 12_000_000;
/** A polite download learns the line before it holds back. */
const settledMs = 5_000;

const folder = await mkdtemp(join(tmpdir(), 'teachify-bench-polite-'));
const child = spawn(process.execPath, [join(here, 'serve-pieces.ts'), String(pieces), String(pieceBytes)], { stdio: ['ignore', 'pipe', 'inherit'] });
const [said] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
const { port, sha256 } = JSON.parse(said) as { port: number; sha256: string };
const line = await openLine({ target: `http://127.0.0.1:${port}`, bitsPerSecond });

async function curl(): Promise<number> {
  const start = performance.now();
  await run('curl', ['--silent', '--fail', '--range', `0-${curlBytes - 1}`, '--output', join(folder, 'curl'), `${line.url}/whole`]);
  return performance.now() - start;
}

async function besideUs(index: number): Promise<number> {
  const data = join(folder, `ours-${index}`);
  const ours = spawn(process.execPath, [join(here, 'take-pieces.ts'), data, line.url, sha256, String(pieceBytes)], { stdio: 'ignore', env: { ...process.env, TEACHIFY_BENCH_POLITE: '1' } });
  await sleep(settledMs);
  const took = await curl();
  if (ours.exitCode !== null) throw new Error('Our download ended before the other transfer');
  ours.kill();
  await new Promise((resolve) => ours.once('close', resolve));
  await rm(data, { recursive: true, force: true });
  return took;
}

try {
  await compare({
    ...{ name: 'another transfer beside a polite download', unit: 'ms', peer: 'curl alone', runs: Number(process.env['TEACHIFY_BENCH_RUNS'] ?? 5) },
    measureOurs: besideUs,
    measurePeer: curl,
    notes: [`12 MB by curl over a line of 16 Mbit/s that both share; ours has run for ${settledMs / 1000} s; at most 1.33 leaves it 75 % of its speed`],
  });
} finally {
  await line.close();
  child.kill();
  await rm(folder, { recursive: true, force: true });
}
