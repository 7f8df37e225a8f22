import { execFile } from 'node:child_process';
import { readFile, truncate, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { runFfmpeg } from '../../../src/server/transcoding/run-ffmpeg.ts';
import { transcode, type Playable } from '../../../src/server/transcoding/transcode.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';

const run = promisify(execFile);

async function made(name: string, ...args: string[]): Promise<string> {
  const file = join(temporaryFolder(), name);
  await run('ffmpeg', ['-v', 'error', '-y', ...args, file]);
  return file;
}
const picture = (size: string, seconds: number, rate: number | string = 10) => ['-f', 'lavfi', '-i', `testsrc2=s=${size}:r=${rate}:d=${seconds}`];
const sound = (seconds: number) => ['-f', 'lavfi', '-i', `sine=d=${seconds}`];
const quick = ['-c:v', 'libx264', '-preset', 'ultrafast'];

async function transcoded(source: string, options: { dataSaver?: boolean } = {}) {
  const folder = temporaryFolder();
  const stages: Playable[] = [];
  const shares: number[] = [];
  await transcode({ source, folder, ...options, onPlayable: async (soFar) => void stages.push(soFar), onProgress: (share) => shares.push(share) });
  return { folder, stages, shares, last: stages.at(-1) as Playable };
}
const ids = ({ renditions }: Playable) => renditions.map(({ id }) => id).sort();
const cuts = (stage: Playable, id: string) => stage.renditions.find((one) => one.id === id)?.segments.map(({ durationUs }) => durationUs);

/** Types and times of the frames that start a segment, of a whole rendition. */
async function keyTimes(file: string): Promise<number[]> {
  const { stdout } = await run('ffprobe', ['-v', 'error', '-select_streams', 'v', '-show_entries', 'packet=pts_time,flags', '-of', 'csv=p=0', file]);
  return stdout.split('\n').filter((line) => line.includes('K')).map((line) => Number.parseFloat(line));
}

const summary = (stages: Playable[]) => stages.map((stage) => ids(stage).join(' '));

describe('a lecture with picture and sound', () => {
  it('can be watched after the first pass; the larger pictures and the sparing one join on the same cuts, each begun by a key frame', async () => {
    // 9.9 frames a second, whose cuts no clock hits.
    const { stages, shares, last, folder } = await transcoded(await made('lecture.mkv', ...picture('854x480', 13, '1000/101'), ...sound(13), ...quick), { dataSaver: true });
    expect(summary(stages)).toEqual(['360p audio audio_saver', '360p 480p audio audio_saver', '360p 480p audio audio_saver saver']);
    expect(last.renditions.map(({ id }) => id)).toEqual(['480p', '360p', 'saver', 'audio', 'audio_saver']);
    expect(new Set(stages.map(({ durationMs }) => durationMs)).size).toBe(1);
    expect(Math.abs(last.durationMs - 13_000)).toBeLessThan(150);
    expect(cuts(last, '360p')?.slice(0, 2)).toEqual([6_060_000, 6_060_000]);
    const keys = await keyTimes(join(folder, '360p.mp4'));
    expect(keys.map((time) => Number(time.toFixed(2)))).toEqual([0, 6.06, 12.12]);
    for (const id of ['480p', 'saver']) {
      expect(cuts(last, id)).toEqual(cuts(last, '360p'));
      expect(await keyTimes(join(folder, `${id}.mp4`))).toEqual(keys);
    }
    for (const id of ['audio', 'audio_saver']) expect(cuts(last, id)).toHaveLength(3);
    const bytes = (id: string) => last.renditions.find((one) => one.id === id)?.segments.reduce((sum, segment) => sum + segment.bytes, 0) ?? 0;
    expect((bytes('audio_saver') * 8) / 13).toBeLessThan(35_000);
    expect(last.renditions.map(({ codecs }) => codecs.slice(0, 6))).toEqual(['avc1.6', 'avc1.6', 'av01.0', 'mp4a.4', 'mp4a.4']);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
    const { stdout } = await run('ffprobe', ['-v', 'error', '-show_entries', 'stream=width,height', '-of', 'csv=p=0', join(folder, last.thumbnails?.sheet ?? '')]);
    expect(stdout.trim()).toBe('1600,90');
    const list = await readFile(join(folder, last.thumbnails?.list ?? ''), 'utf8');
    expect(list).toContain('00:00:06.060 --> 00:00:12.120\nthumbnails.jpg#xywh=160,0,160,90\n');
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
    expect(summary(stages)).toEqual(['360p']);
  });

  it('sound alone becomes a lesson of sound', async () => {
    const { stages, last } = await transcoded(await made('voice.ogg', ...sound(7)));
    expect(summary(stages)).toEqual(['audio audio_saver']);
    expect(last.poster).toBeNull();
    expect(Math.abs(last.durationMs - 7000)).toBeLessThan(100);
  });

  it('a portrait of odd size at 60 frames stays portrait, at 30', async () => {
    const { last } = await transcoded(await made('phone.mkv', ...picture('480x854', 1, 60), '-vf', 'format=rgb24,scale=481:855', '-c:v', 'ffv1', '-pix_fmt', 'bgr0'));
    expect(last.renditions.map(({ width, height, frameRate }) => [width, height, frameRate])).toEqual([[480, 852, 30], [360, 638, 30]]);
  });

  it('a film of 4K in ten bits and high dynamic range becomes one that every screen shows', async () => {
    const film = await made(
      ...['hdr.mkv', ...picture('3840x2160', 0.2), '-vf', 'format=yuv420p10le', '-c:v', 'libx265', '-preset', 'ultrafast'],
      ...['-x265-params', 'log-level=none:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc'],
    );
    const { last, folder } = await transcoded(film);
    expect(last.renditions.map(({ width, height }) => [width, height])).toEqual([[1280, 720], [852, 480], [640, 360]]);
    const shown = ['-v', 'error', '-show_entries', 'stream=pix_fmt,color_transfer,profile', '-of', 'default=nk=1:nw=1', join(folder, '720p.mp4')];
    expect((await run('ffprobe', shown)).stdout.split('\n').filter(Boolean)).toEqual(['High', 'yuv420p', 'bt709']);
  });

  it('six channels, a picture that begins late and time that begins below zero come out together from zero', async () => {
    const film = await made(
      ...['late.mkv', '-itsoffset', '1.5', ...picture('640x360', 3), '-f', 'lavfi', '-i', 'sine=d=5,aformat=channel_layouts=5.1'],
      ...[...quick, '-bf', '2', '-c:a', 'ac3', '-output_ts_offset', '-0.4', '-avoid_negative_ts', 'disabled'],
    );
    const { last, folder } = await transcoded(film);
    expect(last.renditions.find(({ id }) => id === 'audio')?.codecs).toBe('mp4a.40.2');
    for (const id of ['360p', 'audio']) {
      const { stdout } = await run('ffprobe', ['-v', 'error', '-show_entries', 'packet=pts_time', '-read_intervals', '%+0.1', '-of', 'csv=p=0', join(folder, `${id}.mp4`)]);
      // The sound's first packet only warms the decoder up.
      expect(Math.abs(Number.parseFloat(stdout))).toBeLessThan(0.03);
    }
    expect(Math.abs(last.durationMs - 4500)).toBeLessThan(600);
    const { stdout } = await run('ffprobe', ['-v', 'error', '-show_entries', 'stream=channels', '-of', 'csv=p=0', join(folder, 'audio.mp4')]);
    expect(Number.parseInt(stdout, 10)).toBe(1);
  });

  it('a cover picture is not the film, and a phone held upright stays upright', async () => {
    const cover = await made('cover.jpg', ...picture('64x64', 1), '-frames:v', '1');
    const flat = await made('flat.mp4', ...picture('640x360', 1), ...quick);
    const turned = await made('turned.mp4', '-i', flat, '-i', cover, '-map', '1', '-map', '0', '-c', 'copy', '-disposition:v:0', 'attached_pic', '-metadata:s:v:1', 'rotate=90');
    const { last } = await transcoded(turned);
    expect(last.renditions.map(({ width, height }) => [width, height])).toEqual([[360, 640]]);
  });

  it('frames at no steady rate keep their time', async () => {
    const file = await made('screen.mkv', ...picture('320x240', 8), '-vf', "select='lt(t,1)+gt(t,7)'", '-fps_mode', 'vfr', ...quick);
    const { last } = await transcoded(file);
    expect(Math.abs(last.durationMs - 8000)).toBeLessThan(200);
  });

  it('a broadcast whose one key frame stands at its beginning, and a film of a single frame, have a poster', async () => {
    for (const file of [await made('broadcast.ts', ...picture('320x180', 8), ...quick, '-g', '500'), await made('frame.mp4', ...picture('320x180', 1), '-frames:v', '1', ...quick)]) {
      const { folder, last } = await transcoded(file);
      expect((await stat(join(folder, last.poster ?? 'none'))).size).toBeGreaterThan(500);
    }
  });

  it('a film so narrow and long that its small pictures would make a sheet higher than a picture can be has them side by side', async () => {
    const { folder, last } = await transcoded(await made('ribbon.mkv', ...picture('32x1000', 900, 1), ...quick));
    const { list, sheet } = last.thumbnails ?? { list: '', sheet: '' };
    const { stdout } = await run('ffprobe', ['-v', 'error', '-show_entries', 'stream=width,height', '-of', 'csv=p=0', join(folder, sheet)]);
    const [width = 0, height = 0] = stdout.split(',').map(Number);
    const tiles = [...(await readFile(join(folder, list), 'utf8')).matchAll(/#xywh=(\d+),(\d+),(\d+),(\d+)/g)].map((match) => match.slice(1).map(Number));
    expect(tiles).toHaveLength(150);
    for (const [x = 0, y = 0, w = 0, h = 0] of tiles) expect([x + w <= width, y + h <= height]).toEqual([true, true]);
  });

  it('a recording that breaks off is kept as far as it goes', async () => {
    const file = await made('crash.mkv', ...picture('640x360', 10), ...sound(10), ...quick, '-g', '10');
    await truncate(file, Math.floor((await stat(file)).size / 2));
    const { last } = await transcoded(file);
    expect(ids(last)).toEqual(['360p', 'audio', 'audio_saver']);
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

it('what stands still is noticed, ended, and said', async () => {
  // A pipe that nobody writes to: the reader waits for ever.
  const pipe = join(temporaryFolder(), 'pipe.mkv');
  await run('mkfifo', [pipe]);
  const doing = runFfmpeg(['-i', pipe, '-f', 'null', '-'], { folder: temporaryFolder(), stuckMs: 300 });
  await expect(doing).rejects.toMatchObject({ code: 'internal', message: expect.stringContaining('stood still') as string });
  const { stdout } = await run('ps', ['-eo', 'args']);
  expect(stdout).not.toContain(pipe);
});
