import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { probe } from '../../../src/server/transcoding/probe.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';

const run = promisify(execFile);

async function made(name: string, ...args: string[]): Promise<string> {
  const file = join(temporaryFolder(), name);
  await run('ffmpeg', ['-v', 'error', '-y', ...args, file]);
  return file;
}
const picture = (size: string, rate = 25) => ['-f', 'lavfi', '-i', `testsrc2=s=${size}:r=${rate}:d=1`];
const sound = ['-f', 'lavfi', '-i', 'sine=d=1'];

it('picture and sound are found by content, whatever the name says', async () => {
  const file = await made('notes.mkv', ...picture('320x180'), ...sound, '-shortest');
  expect(await probe(file)).toMatchObject({ video: { width: 320, height: 180, frameRate: 25 }, audio: { channels: 1 } });
});

it('a phone held upright is seen upright', async () => {
  const flat = await made('flat.mp4', ...picture('320x180'));
  const turned = await made('turned.mp4', '-display_rotation', '90', '-i', flat, '-c', 'copy').catch(() =>
    made('turned.mp4', '-i', flat, '-c', 'copy', '-metadata:s:v:0', 'rotate=90'),
  );
  expect((await probe(turned)).video).toMatchObject({ width: 180, height: 320 });
});

it('sound alone is sound alone, also with a cover picture', async () => {
  const cover = await made('cover.jpg', ...picture('64x64'), '-frames:v', '1');
  const file = await made('song.mp3', ...sound, '-i', cover, '-map', '0', '-map', '1', '-disposition:v', 'attached_pic');
  expect(await probe(file)).toMatchObject({ video: null, audio: { channels: 1 } });
});

it('stretched pixels are counted as they are shown', async () => {
  const file = await made('dv.mp4', ...picture('360x288'), '-vf', 'setsar=16/9');
  expect((await probe(file)).video).toMatchObject({ width: 640, height: 288 });
});

it.each([
  ['text named like a film', 'film.mp4', 'This is no film.'],
  ['nothing at all', 'empty.mp4', ''],
  ['a playlist that names another file', 'list.mp4', '#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n'],
  ['a script that names another file', 'script.mp4', "ffconcat version 1.0\nfile '/etc/passwd'\n"],
])('%s is refused with a sentence', async (_, name, content) => {
  const file = join(temporaryFolder(), name);
  await writeFile(file, content);
  await expect(probe(file)).rejects.toMatchObject({ code: 'bad_request', message: expect.stringContaining('cannot become a lesson') as string });
});
