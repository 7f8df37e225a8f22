import { expect, test } from '@playwright/test';
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PlaybackSource } from '../../src/shared/contracts/playback.ts';
import { askApp } from '../harness/ask-app.ts';
import { encodeTinySchool } from '../harness/tiny-school.ts';
import { openWorld, type Desk, type World } from '../harness/world.ts';

// The player over the real protocol of a real app: what Electron itself must do with our answers, and lessons nobody plans for.
const run = promisify(execFile);
const quick = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];
const odd = {
  voice: { title: 'A voice alone', file: 'voice.ogg', args: ['-f', 'lavfi', '-i', 'sine=d=4.3'] },
  silent: { title: 'A silent film', file: 'silent.mp4', args: ['-f', 'lavfi', '-i', 'testsrc2=s=640x360:r=25:d=4.37', ...quick] },
  portrait: { title: 'Held upright', file: 'portrait.mp4', args: ['-f', 'lavfi', '-i', 'testsrc2=s=360x640:r=30:d=3.04', '-f', 'lavfi', '-i', 'sine=d=3.5', ...quick] },
} as const;

let world: World;
let desk: Desk;
let folder: string;

test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'teachify-odd-'));
  world = await openWorld({ school: await encodeTinySchool() });
  desk = await (await world.seat('odd')).sitDown();
  await desk.student.signInAsDemo();
  await askApp(desk.page, 'catalog.refresh');
  const { courses } = await askApp<{ courses: { id: string }[] }>(desk.page, 'catalog.view');
  const main = join(import.meta.dirname, '../../src/server/main.ts');
  for (const [id, { title, file, args }] of Object.entries(odd)) {
    const source = join(folder, file);
    await run('ffmpeg', ['-v', 'error', '-y', ...args, source]);
    await run(process.execPath, [main, 'add-lesson', source, '--title', title, '--id', id, '--course', courses[0]?.id ?? '', '--data', world.server.folder]);
  }
  await askApp(desk.page, 'catalog.refresh');
});

test.afterAll(async () => {
  await world?.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

interface Answer {
  readonly status: number;
  readonly length: string | null;
  readonly range: string | null;
  readonly bytes: number;
}

/** What the page gets, by whatever Electron makes of the handler's answer. */
function ask(url: string, init: { method?: string; headers?: Record<string, string> } = {}): Promise<Answer> {
  return desk.page.evaluate(
    async ([address, options]) => {
      const response = await fetch(address, options);
      const { byteLength: bytes } = await response.arrayBuffer();
      return { status: response.status, length: response.headers.get('content-length'), range: response.headers.get('content-range'), bytes };
    },
    [url, init] as const,
  );
}

async function open(lessonId: string): Promise<PlaybackSource> {
  return askApp<PlaybackSource>(desk.page, 'playback.open', { lessonId });
}

async function courseOf(lessonId: string): Promise<string> {
  const { courses } = await askApp<{ courses: { title: string; lessons: { id: string }[] }[] }>(desk.page, 'catalog.view');
  return courses.find(({ lessons }) => lessons.some(({ id }) => id === lessonId))?.title ?? '';
}

function segmentOf({ url, playlists }: PlaybackSource): string {
  const media = playlists.find(({ content }) => content.includes('/1.m4s'))?.content ?? '';
  return new URL(/^(.+\/1\.m4s)$/m.exec(media)?.[1] ?? '', url).href;
}

for (const [kind, lessonId, address] of [
  ['a segment', 'making-tea', segmentOf],
  ['a plain film', 'drinking-tea', ({ url }: PlaybackSource) => url],
] as const) {
  test(`every form of Range and HEAD reach the page as RFC 9110 has them: ${kind}`, async () => {
    const source = await open(lessonId);
    const url = address(source);
    const { status, bytes: size, length } = await ask(url);
    expect([status, length]).toEqual([200, String(size)]);
    expect(size).toBeGreaterThan(1000);
    const cases: [range: string, start: number, end: number][] = [
      ['bytes=0-', 0, size - 1],
      ['bytes=100-', 100, size - 1],
      ['bytes=10-19', 10, 19],
      ['bytes=-7', size - 7, size - 1],
      [`bytes=5-${size + 99}`, 5, size - 1],
    ];
    for (const [range, start, end] of cases) {
      const wanted = { status: 206, length: String(end - start + 1), range: `bytes ${start}-${end}/${size}`, bytes: end - start + 1 };
      expect(await ask(url, { headers: { range } }), range).toEqual(wanted);
    }
    expect(await ask(url, { headers: { range: `bytes=${size}-` } })).toEqual({ status: 416, length: '0', range: `bytes */${size}`, bytes: 0 });
    expect(await ask(url, { method: 'HEAD' })).toEqual({ status: 200, length: String(size), range: null, bytes: 0 });
    await askApp(desk.page, 'playback.close', { mediaId: source.mediaId });
  });
}

test('500 requests called off by the page and 200 lessons opened leave no file open in the app', async () => {
  test.skip(process.platform !== 'linux', 'only Linux tells which files a process has open');
  const openFiles = () => readdirSync(`/proc/${desk.app.process().pid}/fd`).length;
  const film = await open('drinking-tea');
  const callOff = (times: number) =>
    desk.page.evaluate(
      async ([url, count]) => {
        for (let nth = 0; nth < count; nth++) {
          const stop = new AbortController();
          const asked = fetch(url, { signal: stop.signal, headers: nth % 2 === 0 ? { range: 'bytes=0-' } : {} });
          if (nth % 3 === 0) stop.abort();
          const response = await asked.catch(() => null);
          if (nth % 3 === 1) await response?.body?.getReader().read();
          stop.abort();
        }
      },
      [film.url, times] as const,
    );
  const openAndClose = async (times: number) => {
    for (let nth = 0; nth < times; nth++) await askApp(desk.page, 'playback.close', { mediaId: (await open('making-tea')).mediaId });
  };
  await callOff(50);
  await openAndClose(10);
  const before = openFiles();
  await callOff(500);
  await openAndClose(200);
  await expect.poll(openFiles).toBeLessThanOrEqual(before + 4);
  await askApp(desk.page, 'playback.close', { mediaId: film.mediaId });
});

/** The system's own controls, which media keys reach, on Linux (MPRIS 2): over the bus that the app was started with. */
async function systemControls(): Promise<(...question: string[]) => Promise<string>> {
  const address = await desk.app.evaluate(() => process.env['DBUS_SESSION_BUS_ADDRESS'] ?? '');
  const send = async (...args: string[]) => (await run('dbus-send', ['--session', '--print-reply', ...args], { env: { ...process.env, DBUS_SESSION_BUS_ADDRESS: address } })).stdout;
  const named = async () => /org\.mpris\.MediaPlayer2\.chromium\.instance\d+/.exec(await send('--dest=org.freedesktop.DBus', '/', 'org.freedesktop.DBus.ListNames'))?.[0] ?? '';
  await expect.poll(named).not.toBe('');
  const name = await named();
  return (...question) => send(`--dest=${name}`, '/org/mpris/MediaPlayer2', ...question);
}

test('media keys play, pause and seek, and the system shows the lesson by its name', async () => {
  test.skip(process.platform !== 'linux' || !existsSync('/usr/bin/dbus-daemon'), 'only Linux lets a test press them');
  const { page, student } = desk;
  await student.openCourse('Tea');
  await student.play('How tea is made');
  const video = <Name extends keyof HTMLVideoElement>(name: Name) => page.locator('video').evaluate((element: HTMLVideoElement, property) => element[property as Name], name);
  await expect.poll(() => video('currentTime')).toBeGreaterThan(0.5);
  const ask = await systemControls();
  const press = (key: string, ...args: string[]) => ask(`org.mpris.MediaPlayer2.Player.${key}`, ...args);
  const metadata = () => ask('org.freedesktop.DBus.Properties.Get', 'string:org.mpris.MediaPlayer2.Player', 'string:Metadata');
  await expect.poll(metadata).toContain('How tea is made');
  await press('Pause');
  await expect.poll(() => video('paused')).toBe(true);
  const before = Number(await video('currentTime'));
  await press('Seek', 'int64:10000000');
  await expect.poll(() => video('currentTime')).toBeGreaterThan(before + 5);
  await press('PlayPause');
  await expect.poll(() => video('paused')).toBe(false);
  await student.back();
  await student.back();
});

for (const [id, { title }] of Object.entries(odd)) {
  test(`a lesson of odd make plays to its end: ${title}`, async () => {
    const { page, student } = desk;
    await student.go('Home');
    await student.openCourse(await courseOf(id));
    await student.play(title);
    const video = <Name extends keyof HTMLVideoElement>(name: Name) => page.locator('video').evaluate((element: HTMLVideoElement, property) => element[property as Name], name);
    await expect.poll(() => video('currentTime')).toBeGreaterThan(1);
    await expect.poll(() => video('ended')).toBe(true);
    expect(await video('error')).toBeNull();
    if (id === 'portrait') expect(Number(await video('videoHeight'))).toBeGreaterThan(Number(await video('videoWidth')));
    await expect(page.getByText('You reached the end')).toBeVisible();
    await expect.poll(async () => (await desk.progress(id))?.percent ?? 0).toBeGreaterThanOrEqual(95);
    await student.back();
    await student.back();
  });
}

test('sound alone plays in the data saver once that was chosen: only the small sound is asked for', async () => {
  const { page, student } = desk;
  const open = async () => {
    await student.go('Home');
    await student.openCourse(await courseOf('voice'));
    await student.play(odd.voice.title);
    await expect.poll(() => page.locator('video').evaluate((video: HTMLVideoElement) => video.currentTime)).toBeGreaterThan(0.3);
  };
  const leave = async () => {
    await student.back();
    await student.back();
  };
  await open();
  await page.keyboard.press('k');
  await page.mouse.move(200, 200);
  await page.getByRole('button', { name: /^Quality/ }).click();
  await page.getByRole('menuitemradio', { name: /^Data saver/ }).click();
  await leave();
  const sounds = new Set<string>();
  const note = (request: { url(): string }) => sounds.add(/\/(audio\w*)\/\d+\.m4s$/.exec(request.url())?.[1] ?? '');
  page.on('request', note);
  await open();
  page.off('request', note);
  sounds.delete('');
  expect([...sounds]).toEqual(['audio_saver']);
  await leave();
});

test('a lesson that a page opened is closed when the page goes, though nobody says so', async () => {
  const { mediaId } = await open('making-tea');
  expect(await askApp(desk.page, 'playback.availability', { mediaId })).toMatchObject({ mediaId });
  await desk.page.reload();
  await expect(askApp(desk.page, 'playback.availability', { mediaId })).rejects.toThrow('not_found');
});
