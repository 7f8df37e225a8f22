// Seeking, and the memory the app takes. Peers: a bare page with hls.js on the same files, a blank window of the same Electron.
import { join } from 'node:path';
import { openBarePage } from './bare-page.ts';
import { compare, keep, median } from './comparison.ts';
import { runElectron } from './run-electron.ts';
import { peerFolder, useComputer } from './used-computer.ts';

const school = process.env['TEACHIFY_DEMO_SCHOOL'];
if (!school) throw new Error('TEACHIFY_DEMO_SCHOOL names no folder; run npm run bench');
const title = 'How a file survives a bad line';
const runs = Number(process.env['TEACHIFY_BENCH_RUNS'] ?? 15);
const memoryRuns = Math.min(runs, 5);

interface Seeks {
  readonly disk: number;
  readonly buffered: number;
}
interface Memory {
  readonly idle: number;
  readonly playing: number;
}

const computer = await useComputer({ school, course: 'How the internet survives a bad line', lesson: title, quality: '480p' });
const bare = await openBarePage(join(school, 'lessons/how-a-file-survives'), '480p');
const blank = await peerFolder([]);
const ours = async <Seen>(watch: string): Promise<Seen> => {
  const env = { ...computer.env, BENCH_WATCH: watch, BENCH_LESSON: title };
  return (await runElectron({ main: join(import.meta.dirname, 'app-main.mjs'), userData: join(computer.dataFolder, 'window'), env, flags: computer.flags })).mark as Seen;
};
const atShare = (values: readonly number[], share: number) => values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? NaN;

try {
  const [seen, peers]: [Seeks[], Seeks[]] = [[], []];
  await compare({
    ...{ name: 'seek on disk: to the first right frame', unit: 'ms', peer: 'bare hls.js', runs },
    measureOurs: async () => (seen.push(await ours<Seeks>('seeks')), seen.at(-1)?.disk ?? NaN),
    measurePeer: async () => (peers.push((await bare.run('seeks')).mark as Seeks), peers.at(-1)?.disk ?? NaN),
    notes: ['to three quarters of eleven minutes whose beginning plays; at most 300 ms more than the peer at the 95th percentile'],
  });
  const p95 = (of: readonly Seeks[], what: keyof Seeks) => atShare(of.map((one) => one[what]), 0.95);
  const facts = { diskP95: p95(seen, 'disk'), peerDiskP95: p95(peers, 'disk'), bufferedP95: p95(seen, 'buffered'), peerBufferedP95: p95(peers, 'buffered') };
  console.log(`  at the 95th percentile: on disk ${facts.diskP95.toFixed(0)} ms (peer ${facts.peerDiskP95.toFixed(0)} ms), buffered ${facts.bufferedP95.toFixed(0)} ms (peer ${facts.peerBufferedP95.toFixed(0)} ms)`);
  await keep({ name: 'seeks at the 95th percentile', ...facts });

  const used: Memory[] = [];
  await compare({
    ...{ name: 'memory of all processes (PSS), idle', unit: 'bytes', peer: 'blank window', runs: memoryRuns },
    measureOurs: async () => (used.push(await ours<Memory>('memory')), used.at(-1)?.idle ?? NaN),
    measurePeer: async () => Number((await runElectron({ main: join(import.meta.dirname, 'cold-start/blank.mjs'), userData: blank.folder, env: { BENCH_WATCH: 'memory' } })).mark),
    notes: ['five seconds after the library stands there'],
  });
  const playing = median(used.map((one) => one.playing));
  console.log(`  playing a lesson for eight seconds: ${(playing / 1024 / 1024).toFixed(0)} MiB`);
  await keep({ name: 'memory of all processes (PSS), playing', bytes: playing });
} finally {
  await bare.close();
  await blank.close();
  await computer.close();
}
