import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chromium } from '@playwright/test';
import type HlsPlayer from 'hls.js';
import { expect, it, onTestFinished } from 'vitest';
import { addLesson } from '../../../src/server/cli/add-lesson.ts';
import { endpoints } from '../../../src/shared/api/endpoints.ts';
import { ownSqlite } from '../../harness/own-sqlite.ts';
import { startSchoolServer } from '../../harness/school-server.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';

const run = promisify(execFile);
const hlsScript = join(import.meta.dirname, '../../../node_modules/hls.js/dist/hls.min.js');

declare const Hls: typeof HlsPlayer;

/** In the page: plays more than a second of each variant, each from a start of its own, and says what it saw. */
async function playEach([url, token]: readonly [string, string]): Promise<{ variants: string[]; begins: number }> {
  const open = async (level: number) => {
    const video = document.createElement('video');
    video.muted = true;
    document.body.append(video);
    const hls = new Hls({ autoStartLoad: false, xhrSetup: (request) => request.setRequestHeader('authorization', `Bearer ${token}`) });
    const failed = new Promise<never>((_, reject) => {
      hls.on(Hls.Events.ERROR, (_event, data) => void (data.fatal && reject(new Error(`${data.details}: ${data.error.message}`))));
      setTimeout(() => reject(new Error(`variant ${level} stands at ${video.currentTime} s`)), 60_000);
    });
    const parsed = new Promise<void>((resolve) => hls.once(Hls.Events.MANIFEST_PARSED, () => resolve()));
    hls.loadSource(url);
    hls.attachMedia(video);
    await Promise.race([parsed, failed]);
    hls.currentLevel = level;
    hls.startLoad(0);
    return { video, hls, failed };
  };
  const variants: string[] = [];
  let begins = 0;
  for (let level = 0, count = 1; level < count; level += 1) {
    const { video, hls, failed } = await open(level);
    count = hls.levels.length;
    const { videoCodec, height, audioGroups } = hls.levels[level] ?? {};
    await Promise.race([video.play(), failed]);
    const shown = new Promise<void>((resolve) => {
      const look = () => (video.currentTime > 1 && video.videoHeight === height ? resolve() : requestAnimationFrame(look));
      look();
    });
    await Promise.race([shown, failed]);
    begins = Math.max(begins, video.buffered.start(0));
    variants.push(`${height} ${videoCodec?.slice(0, 4)} ${audioGroups?.join() ?? 'mute'}`);
    hls.destroy();
    video.remove();
  }
  return { variants, begins };
}

it('hls.js in plain Chromium plays every variant of what the server published, AV1 and the sparing sound among them', async () => {
  const server = await startSchoolServer();
  onTestFinished(() => server.close());
  const student = await server.signIn('tea');
  const { course_id: course } = (await (await student.get(endpoints.lesson('making-tea'))).json()) as { course_id: string };
  const film = join(temporaryFolder(), 'film.mkv');
  const inputs = ['-f', 'lavfi', '-i', 'testsrc2=s=640x360:r=10:d=4', '-f', 'lavfi', '-i', 'sine=d=4'];
  await run('ffmpeg', ['-v', 'error', ...inputs, '-c:v', 'libx264', '-preset', 'ultrafast', film]);
  const surroundings = { env: ownSqlite, now: () => server.clock.now(), print: () => {}, say: () => {} };
  await addLesson([film, '--data', server.folder, '--course', course, '--id', 'shown', '--data-saver'], surroundings);

  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--autoplay-policy=no-user-gesture-required'] });
  onTestFinished(() => browser.close());
  const page = await browser.newPage({ bypassCSP: true });
  await page.goto(`${server.url}/healthz`);
  await page.addScriptTag({ path: hlsScript });
  const seen = await page.evaluate(playEach, [`${server.url}${endpoints.playlist('shown', 'playlist.m3u8')}`, student.tokens?.accessToken ?? ''] as const);
  expect(seen.variants.toSorted()).toEqual(['360 av01 sparing', '360 avc1 sound']);
  // Picture and sound begin together, and at zero.
  expect(seen.begins).toBeLessThan(0.05);
}, 240_000);
