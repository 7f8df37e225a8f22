import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';

export interface Comparison {
  readonly name: string;
  /** '/s' is better when it is more, the others when they are less. */
  readonly unit: 'ms' | 'bytes' | '/s';
  /** Who else was measured, in the same run, by turns. */
  readonly peer: string;
  readonly runs: number;
  readonly measureOurs: (run: number) => Promise<number>;
  readonly measurePeer: (run: number) => Promise<number>;
  /** What an outsider must know to read the figures. */
  readonly notes: readonly string[];
}

const results = join(import.meta.dirname, '../../out/bench.json');

/** Measures by turns (so that a busy moment meets both), prints medians and their ratio, and keeps every figure in out/bench.json. */
export async function compare({ name, unit, peer, runs, measureOurs, measurePeer, notes }: Comparison): Promise<void> {
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let run = 0; run < runs; run++) {
    ours.push(await measureOurs(run));
    theirs.push(await measurePeer(run));
    if (process.stderr.isTTY) process.stderr.write(`${name}: run ${run + 1} of ${runs}\r`);
  }
  if (process.stderr.isTTY) process.stderr.write(`${' '.repeat(80)}\r`);
  const row = { name, unit, runs, ours: median(ours), peer, theirs: median(theirs), ratio: median(ours) / median(theirs), oursAll: ours, theirsAll: theirs, notes };
  console.log(`\n${name} (median of ${runs})`);
  console.log(`  Teachify   ${figure(row.ours, unit)}   ${spread(ours, unit)}`);
  console.log(`  ${peer.padEnd(10)} ${figure(row.theirs, unit)}   ${spread(theirs, unit)}`);
  console.log(`  ratio      ${Number.isFinite(row.ratio) ? row.ratio.toFixed(2) : 'peer is 0'}`);
  for (const note of notes) console.log(`  - ${note}`);
  await keep(row);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** Keeps a figure in out/bench.json. */
export async function keep(row: { readonly name: string; readonly [fact: string]: unknown }): Promise<void> {
  const text = await readFile(results, 'utf8').catch(() => '{}');
  const before = JSON.parse(text) as { rows?: { name: string }[] };
  const rows = [...(before.rows ?? []).filter(({ name }) => name !== row.name), row];
  const machine = { cores: cpus().length, cpu: cpus()[0]?.model ?? 'unknown', platform: `${process.platform}-${process.arch}` };
  await mkdir(join(results, '..'), { recursive: true });
  await writeFile(results, `${JSON.stringify({ measuredAt: new Date().toISOString(), machine, rows }, null, 2)}\n`);
}

function figure(value: number, unit: Comparison['unit']): string {
  const text = { ms: () => `${Math.round(value)} ms`, bytes: () => `${(value / 1024).toFixed(1)} KiB`, '/s': () => `${Math.round(value)}/s` }[unit]();
  return text.padStart(12);
}

function spread(values: readonly number[], unit: Comparison['unit']): string {
  return `(${figure(Math.min(...values), unit).trim()} to ${figure(Math.max(...values), unit).trim()})`;
}
