// Lives of machines that share students, as test/integration/simulation has them, but a hundred thousand: no peer, every one must end well.
import { availableParallelism } from 'node:os';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { simulate } from '../simulation/life.ts';
import { keep } from './comparison.ts';

const lives = Number(process.env['TEACHIFY_BENCH_LIVES'] ?? 100_000);
const part = process.env['TEACHIFY_BENCH_PART'];
const portion = 500;

if (part !== undefined) {
  const [seed = 0, runs = 0] = part.split(' ').map(Number);
  // In portions, each with a seed of its own, so that a failure can be seen again in half a minute.
  for (let done = 0; done < runs; done += portion) {
    await simulate({ runs: Math.min(portion, runs - done), seed: seed + done });
    console.log(`  seed ${seed + done}: ${Math.min(runs, done + portion)} of ${runs} lives ended well`);
  }
} else {
  const processes = availableParallelism();
  const began = Date.now();
  const ends = Array.from({ length: processes }, async (_, index) => {
    const runs = Math.ceil(lives / processes);
    const [code] = (await once(fork(import.meta.filename, { env: { ...process.env, TEACHIFY_BENCH_PART: `${1 + index * 10_000_000} ${runs}` } }), 'exit')) as [number | null];
    return code === 0;
  });
  const isWell = (await Promise.all(ends)).every(Boolean);
  const seconds = (Date.now() - began) / 1000;
  console.log(`\n${lives} lives of machines that share students: ${isWell ? 'every one ends well' : 'NOT every one ends well'}, ${seconds.toFixed(0)} s`);
  await keep({ name: 'lives', lives, ends: isWell ? 'well' : 'not well', seconds });
  if (!isWell) process.exitCode = 1;
}
