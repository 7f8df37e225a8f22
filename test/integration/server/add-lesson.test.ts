import { execFile } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { endpoints } from '../../../src/shared/api/endpoints.ts';
import { fromWire } from '../../../src/shared/api/codec.ts';
import { manifestSchema, type Manifest } from '../../../src/shared/models/manifest.ts';
import { addLesson } from '../../../src/server/cli/add-lesson.ts';
import { ownSqlite } from '../../harness/own-sqlite.ts';
import { startSchoolServer, type SchoolServer, type Visitor } from '../../harness/school-server.ts';
import { breachesOf } from '../../harness/published-playlists.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';

const run = promisify(execFile);
const program = join(import.meta.dirname, '../../../src/server/main.ts');

let server: SchoolServer;
let student: Visitor;
beforeAll(async () => {
  server = await startSchoolServer();
  student = await server.signIn('tea');
});
afterAll(() => server.close());

async function lecture(): Promise<string> {
  const file = join(temporaryFolder(), 'Boiling water.mkv');
  const inputs = ['-f', 'lavfi', '-i', 'testsrc2=s=854x480:r=10:d=7', '-f', 'lavfi', '-i', 'sine=d=7'];
  await run('ffmpeg', ['-v', 'error', ...inputs, '-c:v', 'libx264', '-preset', 'ultrafast', file]);
  return file;
}
async function courseOf(lesson: string): Promise<string> {
  return ((await (await student.get(endpoints.lesson(lesson))).json()) as { course_id: string }).course_id;
}
async function manifestOf(lesson: string): Promise<Manifest> {
  const answer = (await (await student.get(endpoints.manifest(lesson))).json()) as { payload: string };
  return fromWire(manifestSchema, JSON.parse(answer.payload));
}

it('a lesson added while the server runs is watched early, then better, with the same files, time and keys', async () => {
  const course = await courseOf('making-tea');
  const source = await lecture();
  const captions = join(temporaryFolder(), 'words.srt');
  await writeFile(captions, '1\n00:00:01,000 --> 00:00:02,000\nWater boils.\n');
  const seen: Promise<Manifest>[] = [];
  const said: string[] = [];
  await addLesson([source, '--data', server.folder, '--course', course, '--id', 'boiling', '--captions', `en=${captions}`], {
    env: ownSqlite,
    now: () => server.clock.now(),
    print: () => {},
    say: (sentence) => {
      said.push(sentence);
      if (sentence === 'Published: 360p, audio, audio_saver') seen.push(manifestOf('boiling'));
    },
  });
  expect(said.filter((sentence) => sentence.startsWith('Published'))).toEqual(['Published: 360p, audio, audio_saver', 'Published: 480p, 360p, audio, audio_saver']);
  expect(said.at(-1)).toBe('100 %');
  const [early] = await Promise.all(seen);
  const late = await manifestOf('boiling');
  expect([early?.revision, late.revision]).toEqual([1, 2]);
  expect(late.timelineId).toBe(early?.timelineId);
  expect(late.sideFiles.map(({ role, name }) => `${role} ${name}`)).toEqual(['captions captions-1.vtt', 'thumbnails thumbnails.vtt', 'thumbnails thumbnails.jpg', 'poster poster.jpg']);
  for (const rendition of early?.renditions ?? []) expect(late.renditions).toContainEqual(rendition);
  for (const sideFile of early?.sideFiles ?? []) expect(late.sideFiles).toContainEqual(sideFile);
  expect(await readdir(join(server.folder, 'workshop'))).toEqual([]);

  expect(await breachesOf(`${server.url}${endpoints.playlist('boiling', 'playlist.m3u8')}`, student)).toEqual([]);
  const playlist = `${server.url}${endpoints.playlist('boiling', 'playlist.m3u8')}`;
  const headers = ['-headers', `Authorization: Bearer ${student.tokens?.accessToken}\r\n`];
  const { stdout, stderr } = await run('ffmpeg', ['-v', 'error', ...headers, '-i', playlist, '-map', '0:v:0', '-map', '0:a:0', '-f', 'framemd5', '-']);
  expect(stderr).toBe('');
  expect(stdout.split('\n').filter((line) => line.startsWith('0,'))).toHaveLength(70);
});

it('sound alone is a lesson: taken home whole or sparingly, played by whoever knows HLS', async () => {
  const file = join(temporaryFolder(), 'voice.ogg');
  await run('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'sine=d=7', file]);
  const argv = [file, '--data', server.folder, '--course', await courseOf('making-tea'), '--id', 'heard'];
  await addLesson(argv, { env: ownSqlite, now: () => server.clock.now(), print: () => {}, say: () => {} });
  const lesson = (await (await student.get(endpoints.lesson('heard'))).json()) as { qualities: { quality: string; bytes: number }[] };
  expect(lesson.qualities.map(({ quality }) => quality)).toEqual(['original', 'saver']);
  expect(lesson.qualities[1]?.bytes).toBeLessThan((lesson.qualities[0]?.bytes ?? 0) * 0.6);
  const playlist = `${server.url}${endpoints.playlist('heard', 'playlist.m3u8')}`;
  expect(await breachesOf(playlist, student)).toEqual([]);
  const { stdout } = await run('ffprobe', ['-v', 'error', '-headers', `Authorization: Bearer ${student.tokens?.accessToken}\r\n`, '-show_entries', 'format=duration', '-of', 'csv=p=0', playlist]);
  expect(Number.parseFloat(stdout)).toBeCloseTo(7, 0);
});

it('a sound of a moment is a lesson too, whose playlists keep the standard', async () => {
  const file = join(temporaryFolder(), 'moment.wav');
  await run('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'sine=d=0.2', file]);
  const argv = [file, '--data', server.folder, '--course', await courseOf('making-tea'), '--id', 'moment'];
  await addLesson(argv, { env: ownSqlite, now: () => server.clock.now(), print: () => {}, say: () => {} });
  expect(await breachesOf(`${server.url}${endpoints.playlist('moment', 'playlist.m3u8')}`, student)).toEqual([]);
  for (const { bandwidth, averageBandwidth } of (await manifestOf('moment')).renditions) expect(bandwidth).toBeGreaterThanOrEqual(averageBandwidth);
});

it.each([
  ['no course', ['film.mp4'], /--course/],
  ['no video', ['--course', 'x'], /Name one video/],
  ['a course that is not there', [import.meta.filename, '--course', 'nowhere'], /no course nowhere/],
  ['a file that is not there', ['nowhere.mp4', '--course', 'tea'], /^nowhere\.mp4 is not there/],
  ['captions that are not there', [import.meta.filename, '--course', 'tea', '--captions', 'en=nowhere.vtt'], /^nowhere\.vtt is not there/],
])('%s is said, and nothing is written', async (_, argv, sentence) => {
  const surroundings = { env: {}, now: () => 0, print: () => {}, say: () => {} };
  await expect(addLesson([...argv, '--data', server.folder], surroundings)).rejects.toThrow(sentence);
});

it('the program has the command, and says why it ends', async () => {
  const { stdout } = await run(process.execPath, [program, 'add-lesson', '--help']);
  expect(stdout).toContain('--captions');
  const ended = run(process.execPath, [program, 'add-lesson', program, '--course', await courseOf('making-tea'), '--data', server.folder]);
  await expect(ended).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('cannot become a lesson') as string });
});
