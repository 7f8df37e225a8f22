import { execFile } from 'node:child_process';
import { readFile, truncate, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { transcode, type Playable } from '../../../src/server/transcoding/transcode.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';

const run = promisify(execFile);

async function made(name: string, ...args: string[]): Promise<string> {
  const file = join(temporaryFolder(), name);
  await run('ffmpeg', ['-v', 'error', '-y', ...args, file]);
  return file;
}
const picture = (size: string, seconds: number, rate = 10) => ['-f', 'lavfi', '-i', `testsrc2=s=${size}:r=${rate}:d=${seconds}`];
const sound = (seconds: number) => ['-f', 'lavfi', '-i', `sine=d=${seconds}`];
const quick = ['-c:v', 'libx264', '-preset', 'ultrafast'];

async function transcoded(source: string) {
  const folder = temporaryFolder();
  const stages: Playable[] = [];
  const shares: number[] = [];
  await transcode({ source, folder, onPlayable: async (soFar) => void stages.push(soFar), onProgress: (share) => shares.push(share) });
  return { folder, stages, shares, last: stages.at(-1) as Playable };
}
const ids = ({ renditions }: Playable) => renditions.map(({ id }) => id).sort();
const cuts = (stage: Playable, id: string) => stage.renditions.find((one) => one.id === id)?.segments.map(({ durationUs }) => durationUs);

/** Types and times of the frames that start a segment, of a whole rendition. */
async function keyTimes(file: string): Promise<number[]> {
  const { stdout } = await run('ffprobe', ['-v', 'error', '-select_streams', 'v', '-show_entries', 'packet=pts_time,flags', '-of', 'csv=p=0', file]);
  return stdout.split('\n').filter((line) => line.includes('K')).map((line) => Number.parseFloat(line));
}

describe('a lecture with picture and sound', () => {
  it('can be watched after the first pass, and the second adds the larger pictures on the same cuts', async () => {
    const { stages, shares, last, folder } = await transcoded(await made('lecture.mkv', ...picture('1280x720', 13), ...sound(13), ...quick));
    expect(stages.map(ids)).toEqual([['360p', 'audio'], ['360p', '480p', '720p', 'audio']]);
    expect(stages.map(({ durationMs }) => Math.round(durationMs / 100))).toEqual([130, 130]);
    expect(cuts(last, '360p')).toEqual([6e6, 6e6, 1e6]);
    expect(cuts(last, '720p')).toEqual(cuts(last, '360p'));
    expect(await keyTimes(join(folder, '720p.mp4'))).toEqual(await keyTimes(join(folder, '360p.mp4')));
    expect((await keyTimes(join(folder, '720p.mp4'))).map((time) => Math.round(time))).toEqual([0, 6, 12]);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
    const { stdout } = await run('ffprobe', ['-v', 'error', '-show_entries', 'stream=width,height', '-of', 'csv=p=0', join(folder, last.thumbnails?.sheet ?? '')]);
    expect(stdout.trim()).toBe('1600,90');
    const list = await readFile(join(folder, last.thumbnails?.list ?? ''), 'utf8');
    expect(list).toContain('00:00:06.000 --> 00:00:12.000\nthumbnails.jpg#xywh=160,0,160,90\n');
    expect(list.match(/xywh/g)).toHaveLength(3);
    expect((await stat(join(folder, last.poster ?? ''))).size).toBeGreaterThan(1000);
  });
});

describe('how many channels the sound gets', () => {
  it.each([
    ['one voice on two channels', 'sine=d=2,aformat=channel_layouts=stereo', 1],
    ['an instrument on each side', 'aevalsrc=sin(880*t)|sin(1760*t):d=2', 2],
    ['a voice on the left alone', 'aevalsrc=sin(880*t)|0:d=2', 2],
    ['silence', 'anullsrc=cl=stereo:d=2', 1],
  ])('%s', async (_, graph, channels) => {
    const { folder } = await transcoded(await made('sound.wav', '-f', 'lavfi', '-i', graph));
    const { stdout } = await run('ffprobe', ['-v', 'error', '-show_entries', 'stream=channels', '-of', 'csv=p=0', join(folder, 'audio.mp4')]);
    expect(Number.parseInt(stdout, 10)).toBe(channels);
  });
});

describe('whatever a teacher brings', () => {
  it('a film without sound has pictures only', async () => {
    const { stages } = await transcoded(await made('silent.mp4', ...picture('640x360', 2), ...quick));
    expect(stages.map(ids)).toEqual([['360p']]);
  });

  it('sound alone becomes a lesson of sound', async () => {
    const { stages, last } = await transcoded(await made('voice.ogg', ...sound(7)));
    expect(stages.map(ids)).toEqual([['audio']]);
    expect(last.poster).toBeNull();
    expect(Math.abs(last.durationMs - 7000)).toBeLessThan(100);
  });

  it('a portrait of odd size at 60 frames stays portrait, at 30', async () => {
    const { last } = await transcoded(await made('phone.mkv', ...picture('480x854', 1, 60), '-vf', 'format=rgb24,scale=481:855', '-c:v', 'ffv1', '-pix_fmt', 'bgr0'));
    expect(last.renditions.map(({ width, height, frameRate }) => [width, height, frameRate])).toEqual([[480, 852, 30], [360, 638, 30]]);
  });

  it('frames at no steady rate keep their time', async () => {
    const file = await made('screen.mkv', ...picture('320x240', 8), '-vf', "select='lt(t,1)+gt(t,7)'", '-fps_mode', 'vfr', ...quick);
    const { last } = await transcoded(file);
    expect(Math.abs(last.durationMs - 8000)).toBeLessThan(200);
  });

  it('a recording that breaks off is kept as far as it goes', async () => {
    const file = await made('crash.mkv', ...picture('640x360', 10), ...sound(10), ...quick, '-g', '10');
    await truncate(file, Math.floor((await stat(file)).size / 2));
    const { last } = await transcoded(file);
    expect(ids(last)).toEqual(['360p', 'audio']);
    expect(last.durationMs).toBeGreaterThan(3000);
    expect(last.durationMs).toBeLessThan(8000);
  });
});

it('cancelled in the middle, it ends ffmpeg and says so', async () => {
  const file = await made('long.mkv', ...picture('1280x720', 30), ...quick);
  const folder = temporaryFolder();
  const stop = new AbortController();
  const doing = transcode({ source: file, folder, onPlayable: async () => {}, onProgress: () => stop.abort(), signal: stop.signal });
  await expect(doing).rejects.toMatchObject({ name: 'AbortError' });
  const { stdout } = await run('ps', ['-eo', 'args']);
  expect(stdout).not.toContain(`file:${file}`);
});
