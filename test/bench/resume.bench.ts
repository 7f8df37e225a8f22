// Resume after SIGKILL at half way: bytes that cross the line beyond what was still missing. Peer: aria2c on the same files.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startCourseServer } from '../harness/course-server.ts';
import { openLine, type Line } from '../harness/line.ts';
import { lessonFiles } from '../harness/media-books.ts';
import { longLesson, viewServer } from '../harness/server-view.ts';
import { compare } from './comparison.ts';

const quality = '480p';
const bitsPerSecond = 16_000_000;
const school = process.env['TEACHIFY_DEMO_SCHOOL'];
if (!school) throw new Error('TEACHIFY_DEMO_SCHOOL names no folder; run npm run bench');

const server = await startCourseServer({ school });
const folder = await mkdtemp(join(tmpdir(), 'teachify-bench-resume-'));
try {
  const view = await viewServer(server.url);
  const { lesson } = longLesson(await view.courses(), 10);
  const { manifest, pieces } = await lessonFiles(view, lesson.id, quality);
  const tables = manifest.renditions.filter(({ file }) => pieces.has(file.sha256)).map(({ pieceTable }) => pieceTable);
  const published = [...manifest.renditions.map(({ file }) => file), ...manifest.sideFiles.map(({ file }) => file)].filter(({ sha256 }) => pieces.has(sha256));
  const files = [...published, ...tables];
  const size = files.reduce((sum, { bytes }) => sum + bytes, 0);

  /** Starts, kills at half way by what came over the line, starts again to the end; the bytes beyond the files' own. */
  const measure = async (start: (line: Line) => ChildProcess): Promise<number> => {
    const line = await openLine({ target: server.url, bitsPerSecond });
    const isMedia = /^\/media\//;
    const first = start(line);
    const killed = once(first, 'exit');
    while (line.bytesDown(isMedia) < size / 2) await sleep(20);
    first.kill('SIGKILL');
    await killed;
    const second = start(line);
    const [code] = (await once(second, 'exit')) as [number | null];
    const carried = line.bytesDown(isMedia);
    await line.close();
    if (code !== 0) throw new Error(`The second start ended with ${code}`);
    return carried - size;
  };

  const ours = async (run: number) => {
    const data = join(folder, `ours-${run}`);
    return measure((line) => {
      const args = [join(import.meta.dirname, 'resume/take-home.ts'), data, line.url, lesson.id, quality];
      return spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    });
  };
  // At its best: its books written every second (the least it takes; 60 by default), each file checked against its hash.
  const aria2 = async (run: number) => {
    const data = join(folder, `aria2-${run}`);
    const wasted = await measure((line) => {
      const list = files.flatMap(({ sha256 }) => [`${line.url}/media/${sha256}`, `  out=${sha256}`, `  checksum=sha-256=${sha256}`]).join('\n');
      const args = ['--input-file=-', `--dir=${data}`, '--continue=true', '--auto-save-interval=1', '--max-concurrent-downloads=3', '--quiet=true'];
      const child = spawn('aria2c', args, { stdio: ['pipe', 'ignore', 'inherit'] });
      child.stdin.end(list);
      return child;
    });
    await expectWhole(data);
    return wasted;
  };
  const expectWhole = async (data: string) => {
    const names = await readdir(data);
    const sizes = await Promise.all(names.map(async (name) => (await stat(join(data, name))).size));
    if (sizes.reduce((sum, bytes) => sum + bytes, 0) !== size) throw new Error('The peer did not finish its files');
  };
  await compare({
    name: 'resume after SIGKILL: bytes fetched twice',
    unit: 'bytes',
    peer: 'aria2c',
    runs: 3,
    measureOurs: ours,
    measurePeer: aria2,
    notes: [
      `${files.length} files, ${(size / 1e6).toFixed(1)} MB, over one ${bitsPerSecond / 1e6} Mbit/s line; killed when half had crossed it`,
      'both check every byte by SHA-256; aria2c with --auto-save-interval=1 (its default of 60 s would fetch far more again)',
    ],
  });
} finally {
  await server.close();
  await rm(folder, { recursive: true, force: true });
}
