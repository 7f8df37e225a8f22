// Making a lesson of a lecture, from the command to the last revision, against the very ffmpeg commands it ran, run by themselves.
import { execFile, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { openStore } from '../../src/server/store/database.ts';
import { compare } from './comparison.ts';

const run = promisify(execFile);
const seconds = Number(process.env['TEACHIFY_BENCH_SECONDS'] ?? 180);
const runs = Number(process.env['TEACHIFY_BENCH_RUNS'] ?? 3);
const program = join(import.meta.dirname, '../../src/server/main.ts');
const folder = await mkdtemp(join(tmpdir(), 'teachify-transcoding-'));
const source = join(folder, 'lecture.mkv');

/** Slides that change every 20 s, a clock, and a lecturer's noisy picture in the corner: 1080p at 30 frames, a voice. */
async function recordLecture(): Promise<void> {
  const slides = `smptehdbars=s=1920x1080:r=30:d=${seconds},hue=h='60*floor(t/20)'`;
  const inset = `testsrc2=s=480x270:r=30:d=${seconds},noise=alls=12:allf=t`;
  const voice = `sine=f=180:d=${seconds},tremolo=f=3:d=0.9`;
  const inputs = [slides, inset, voice].flatMap((graph) => ['-f', 'lavfi', '-i', graph]);
  const made = ['-filter_complex', '[0][1]overlay=1400:780', '-map', '2:a', '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac'];
  await run('ffmpeg', ['-v', 'error', '-y', ...inputs, ...made, source]);
}

/** An ffmpeg that notes what it was asked, one file a command, and then does it. */
async function recordingFfmpeg(): Promise<string> {
  const bin = join(folder, 'bin');
  await mkdir(bin);
  const { stdout } = await run('sh', ['-c', 'command -v ffmpeg']);
  await writeFile(join(bin, 'ffmpeg'), `#!/bin/sh\nprintf '%s\\0' "$@" > "$TEACHIFY_BENCH_COMMANDS/$(date +%s%N)"\nexec ${stdout.trim()} "$@"\n`);
  await chmod(join(bin, 'ffmpeg'), 0o755);
  return bin;
}

interface Made {
  readonly ms: number;
  readonly playableMs: number;
  readonly commands: readonly (readonly string[])[];
}

async function makeLesson(bin: string, index: number): Promise<Made> {
  const [data, commands] = [join(folder, `school-${index}`), join(folder, `commands-${index}`)];
  await Promise.all([mkdir(data), mkdir(commands)]);
  const store = await openStore(join(data, 'school.db'));
  await store.insertInto('courses').values({ id: 'course', position: 0, title: 'Course', description: '', language: 'en', poster_sha256: null, poster_type: null }).execute();
  await store.destroy();
  const began = performance.now();
  let playableMs = Number.NaN;
  const env = { ...process.env, PATH: `${bin}:${process.env['PATH'] ?? ''}`, TEACHIFY_BENCH_COMMANDS: commands };
  const child = spawn(process.execPath, [program, 'add-lesson', source, '--course', 'course', '--data', data], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  createInterface(child.stderr).on('line', (line) => {
    if (line.startsWith('Published') && Number.isNaN(playableMs)) playableMs = performance.now() - began;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`add-lesson ended with ${String(code)}`);
  const ms = performance.now() - began;
  const noted = await Promise.all((await readdir(commands)).sort().map(async (name) => (await readFile(join(commands, name), 'utf8')).split('\0').slice(0, -1)));
  await rm(data, { recursive: true });
  // Listening for how many channels the sound needs makes nothing of the lesson; it counts as ours.
  return { ms, playableMs, commands: noted.filter((args) => !args.includes('null')) };
}

async function runRaw(commands: Made['commands'], index: number): Promise<number> {
  const to = join(folder, `raw-${index}`);
  await mkdir(to);
  const began = performance.now();
  for (const args of commands) await run('ffmpeg', [...args], { cwd: to, maxBuffer: 1e8 });
  const ms = performance.now() - began;
  await rm(to, { recursive: true });
  return ms;
}

try {
  await recordLecture();
  const bin = await recordingFfmpeg();
  const made: Made[] = [];
  await compare({
    ...{ name: `a lecture of ${seconds} s, made and published`, unit: 'ms', peer: 'ffmpeg', runs },
    measureOurs: async (index) => {
      const lesson = await makeLesson(bin, index);
      made.push(lesson);
      return lesson.ms;
    },
    measurePeer: (index) => runRaw(made.at(-1)?.commands ?? [], index),
    notes: ['1080p at 30 frames into 360p, 480p, 720p, two sounds, poster and previews; at most 1.05', 'ours: probing, listening, encrypting, hashing and both revisions beside the encoding'],
  });
  await compare({
    ...{ name: `a lecture of ${seconds} s, until it can be watched`, unit: 'ms', peer: '0.15 x + 3 s', runs: made.length },
    measureOurs: async (index) => made[index]?.playableMs ?? Number.NaN,
    measurePeer: async () => seconds * 150 + 3000,
    notes: ['the peer is what is allowed on 2 cores: at most 1'],
  });
} finally {
  await rm(folder, { recursive: true, force: true });
}
