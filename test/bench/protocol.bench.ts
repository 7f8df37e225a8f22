// How fast the page gets decrypted segments through the app's protocol. Peer: a handler that returns buffers of the same sizes
// from memory. The target is 0.8 of its rate, for pieces of about 60 kB (sound), 500 kB and 1.2 MB (a picture full of noise).
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { askApp } from '../harness/ask-app.ts';
import { openKeyring } from '../harness/keyring.ts';
import { openWorld } from '../harness/world.ts';
import { keep, median } from './comparison.ts';
import { runElectron } from './run-electron.ts';

const school = process.env['TEACHIFY_DEMO_SCHOOL'];
if (!school) throw new Error('TEACHIFY_DEMO_SCHOOL names no folder; run npm run bench');
const run = promisify(execFile);
const runs = Number(process.env['TEACHIFY_BENCH_RUNS'] ?? 5);
const lessonId = 'full-of-noise';
type Rates = Readonly<Record<string, { readonly pieceBytes: number; readonly bytesPerSecond: number }>>;

const folder = await mkdtemp(join(tmpdir(), 'teachify-bench-protocol-'));
const keyring = await openKeyring();
const world = await openWorld({ school, env: { ...keyring?.env }, args: [...(keyring?.flags ?? [])] });
try {
  const film = join(folder, 'noise.mp4');
  const noise = ['-f', 'lavfi', '-i', 'nullsrc=size=1280x720:rate=30,geq=random(1)*255:128:128', '-f', 'lavfi', '-i', 'anoisesrc=amplitude=0.5'];
  await run('ffmpeg', ['-v', 'error', ...noise, '-t', '24', '-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '30', '-c:a', 'aac', film]);
  const main = join(import.meta.dirname, '../../src/server/main.ts');
  const seat = await world.seat('protocol');
  const desk = await seat.sitDown();
  await desk.student.signInAsDemo();
  await askApp(desk.page, 'catalog.refresh');
  const { courses } = await askApp<{ courses: { id: string }[] }>(desk.page, 'catalog.view');
  await run(process.execPath, [main, 'add-lesson', film, '--title', 'Noise', '--id', lessonId, '--course', courses[0]?.id ?? '', '--data', world.server.folder]);
  await askApp(desk.page, 'catalog.refresh');
  await desk.close();

  const seen: Rates[] = [];
  const peers: Rates[] = [];
  for (let round = 0; round < runs; round++) {
    const env = { ...keyring?.env, TEACHIFY_DATA: seat.folder, VITE_API_URL: world.line.url, BENCH_WATCH: 'protocol', BENCH_LESSON: lessonId };
    const ours = (await runElectron({ main: join(import.meta.dirname, 'app-main.mjs'), userData: join(seat.folder, 'window'), env, flags: keyring?.flags ?? [] })).mark as Rates;
    seen.push(ours);
    const sizes = Object.fromEntries(Object.entries(ours).map(([group, { pieceBytes }]) => [group, pieceBytes]));
    peers.push((await runElectron({ main: join(import.meta.dirname, 'protocol/peer.mjs'), userData: join(folder, 'window'), env: { BENCH_SIZES: JSON.stringify(sizes) } })).mark as Rates);
  }
  console.log(`\ndecrypted segments through the protocol (median of ${runs})`);
  for (const group of Object.keys(seen[0] ?? {})) {
    const rate = (of: readonly Rates[]) => median(of.map((one) => one[group]?.bytesPerSecond ?? NaN));
    const pieceBytes = seen[0]?.[group]?.pieceBytes ?? NaN;
    const [ours, theirs] = [rate(seen), rate(peers)];
    console.log(`  pieces of ${(pieceBytes / 1000).toFixed(0).padStart(5)} kB: ${(ours / 1e6).toFixed(0)} MB/s, from memory ${(theirs / 1e6).toFixed(0)} MB/s, ratio ${(ours / theirs).toFixed(2)}`);
    await keep({ name: `protocol, ${group}`, pieceBytes, ours, peer: 'buffers from memory', theirs, ratio: ours / theirs });
  }
} finally {
  await world.close();
  await keyring?.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
