import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeDemoSchool } from '../../../build/demo-school/make.ts';
import { encodedLessonSchema, type EncodedRendition } from '../../../src/shared/models/encoded-lesson.ts';

const run = promisify(execFile);
const material = join(import.meta.dirname, '../../fixtures/tiny-school');

let cache: string;
let school: string;
const told: string[] = [];
beforeAll(async () => {
  cache = mkdtempSync(join(tmpdir(), 'teachify-demo-'));
  school = await makeDemoSchool({ cacheFolder: cache, material, onProgress: ({ done, total, sentence }) => told.push(`${done}/${total} ${sentence}`) });
});
afterAll(() => rmSync(cache, { recursive: true, force: true }));

const lessonOf = (id: string) => encodedLessonSchema.parse(JSON.parse(readFileSync(join(school, 'lessons', id, 'lesson.json'), 'utf8')));
const fileOf = (id: string, { file }: Pick<EncodedRendition, 'file'>) => join(school, 'lessons', id, file);

describe('a lesson with a ladder', () => {
  it('has 720p, 480p and 360p and one sound, of the length that is said', async () => {
    const lesson = lessonOf('making-tea');
    expect(lesson.renditions.map(({ quality, kind }) => quality ?? kind).sort()).toEqual(['360p', '480p', '720p', 'audio']);
    for (const rendition of lesson.renditions) {
      const { stdout } = await run('ffprobe', ['-v', 'error', '-show_entries', 'stream=codec_name,height:format=duration', '-of', 'json', fileOf('making-tea', rendition)]);
      const { streams, format } = JSON.parse(stdout) as { streams: { codec_name: string; height?: number }[]; format: { duration: string } };
      expect(streams).toHaveLength(1);
      expect(streams[0]?.codec_name).toBe(rendition.kind === 'video' ? 'h264' : 'aac');
      if (rendition.quality) expect(streams[0]?.height).toBe(Number.parseInt(rendition.quality, 10));
      expect(Math.abs(Number(format.duration) * 1000 - lesson.durationMs)).toBeLessThan(500);
    }
  });

  it('is cut at the same moments in every quality, each segment beginning with a key frame', async () => {
    const videos = lessonOf('making-tea').renditions.filter(({ kind }) => kind === 'video');
    const cuts = videos.map(({ segments }) => segments.map(({ durationUs }) => Math.round(durationUs / 1000)));
    for (const other of cuts) expect(other).toEqual(cuts[0]);
    for (const rendition of videos) {
      const { stdout } = await run('ffprobe', ['-v', 'error', '-select_streams', 'v', '-skip_frame', 'nokey', '-show_entries', 'frame=pts_time', '-of', 'csv=p=0', fileOf('making-tea', rendition)]);
      const keys = stdout.trim().split('\n').map((line) => Number.parseFloat(line));
      let at = 0;
      for (const { durationUs } of rendition.segments) {
        expect(keys.some((key) => Math.abs(key - (keys[0] ?? 0) - at) < 0.05)).toBe(true);
        at += durationUs / 1e6;
      }
    }
  });

  it('lies in its files without a byte between segments', () => {
    for (const rendition of lessonOf('making-tea').renditions) {
      let at = rendition.initBytes;
      for (const { offset, bytes } of rendition.segments) {
        expect(offset).toBe(at);
        at += bytes;
      }
      expect(statSync(fileOf('making-tea', rendition)).size).toBe(at);
    }
  });
});

it('a plain lesson is one MP4 that starts to play before it is whole', async () => {
  const lesson = lessonOf('drinking-tea');
  expect(lesson).toMatchObject({ plainVideo: 'video.mp4', renditions: [] });
  const bytes = readFileSync(join(school, 'lessons', 'drinking-tea', 'video.mp4'));
  expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'));
});

it('says what it is making, and how far it is', () => {
  expect(told.filter((line) => line.includes('making “'))).toHaveLength(3);
  expect(told.at(-1)).toMatch(/^3\/3 /);
});

it('is made once per content', async () => {
  const before = readdirSync(join(cache, 'demo-lessons'));
  const again: string[] = [];
  expect(await makeDemoSchool({ cacheFolder: cache, material, onProgress: ({ sentence }) => again.push(sentence) })).toBe(school);
  expect(again).toEqual([]);
  expect(readdirSync(join(cache, 'demo-lessons'))).toEqual(before);
});

it('killed in the middle, leaves nothing that is taken for whole, and the next one makes the rest', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'teachify-demo-'));
  try {
    const script = join(import.meta.dirname, '../../../build/demo-school/make.ts');
    const code = `import { makeDemoSchool } from ${JSON.stringify(script)}; await makeDemoSchool({ cacheFolder: ${JSON.stringify(folder)}, material: ${JSON.stringify(material)} });`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', code], { stdio: 'ignore', detached: true });
    const making = () => readdirSync(folder, { recursive: true }).some((name) => String(name).includes('.making-') && /\.mp4$|\.wav$/.test(String(name)));
    while (!making()) await sleep(20);
    // Its whole group, so that no ffmpeg of it goes on.
    process.kill(-(child.pid ?? 0), 'SIGKILL');
    await once(child, 'exit');
    expect(readdirSync(folder)).not.toContain('demo-school');
    const made = await makeDemoSchool({ cacheFolder: folder, material });
    expect(readdirSync(join(made, 'lessons')).sort()).toEqual(['drinking-tea', 'first-letter', 'making-tea']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

it('clears away what a killed run of yesterday left', async () => {
  const left = join(cache, 'demo-school', '.making-yesterday');
  const fresh = join(cache, 'demo-school', '.making-now');
  mkdirSync(left);
  mkdirSync(fresh);
  const yesterday = Date.now() / 1000 - 24 * 60 * 60;
  utimesSync(left, yesterday, yesterday);
  rmSync(school, { recursive: true });
  await makeDemoSchool({ cacheFolder: cache, material });
  const names = readdirSync(join(cache, 'demo-school'));
  expect(names).not.toContain('.making-yesterday');
  expect(names).toContain('.making-now');
});

it('stops when it is told to, and ends its encoders', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'teachify-demo-'));
  const stopping = new AbortController();
  try {
    const making = makeDemoSchool({ cacheFolder: folder, material, signal: stopping.signal });
    making.catch(() => {}); // looked at below
    await sleep(300);
    stopping.abort();
    await expect(making).rejects.toThrow();
    const { stdout } = await run('ps', ['-eo', 'args']);
    expect(stdout.split('\n').filter((line) => line.includes(folder) && /^(ffmpeg|espeak)/.test(line))).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
