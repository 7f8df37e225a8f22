// Runs the app as it is, and looks at its first window from outside: no debugger, no change to the app.
import { dirname, join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { app } from 'electron';
import { fetchRates, mark, memoryBytes, seeks, wait } from './watch-page.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const { BENCH_WATCH: watch = 'library', BENCH_LESSON: lesson = '', BENCH_COURSE: course = '', BENCH_MAIN: main = join(root, 'out/main/index.js') } = process.env;

const until = (condition) => `new Promise((seen) => {
  const look = () => (${condition}) ? requestAnimationFrame(() => requestAnimationFrame(() => seen())) : requestAnimationFrame(look);
  look();
})`;
const library = until(`document.querySelector('.course-card .card-button')`);
const firstFrame = `(async () => {
  const named = (selector, name) => [...document.querySelectorAll(selector)].find((found) => found.textContent.trim() === name);
  const button = ${course ? `document.querySelector('.lesson-row[aria-label=${JSON.stringify(lesson)}] .card-button')` : `named('.lesson-tile .card-button', ${JSON.stringify(lesson)})`};
  const began = performance.now();
  button.click();
  while (!document.querySelector('video')) await new Promise(requestAnimationFrame);
  await new Promise((shown) => document.querySelector('video').requestVideoFrameCallback(shown));
  return performance.now() - began;
})()`;

/** The addresses of a lesson's segments, by rendition. */
const segments = `(async () => {
  const { value: { url } } = await window.teachify.call('playback.open', { lessonId: ${JSON.stringify(lesson)} });
  const read = async (address) => (await fetch(address)).text();
  const named = (text, pattern, base) => [...new Set([...text.matchAll(pattern)].map(([, name]) => new URL(name, base).href))];
  const playlists = named(await read(url), /^(?:.*URI=")?([^"#\\n]+\\.m3u8)"?$/gm, url);
  return Object.fromEntries(await Promise.all(playlists.map(async (address) => [address.split('/').at(-1), named(await read(address), /^([^#\\n]+\\.m4s)$/gm, address).slice(0, 4)])));
})()`;

app.on('web-contents-created', (_event, contents) => {
  contents.once('dom-ready', async () => {
    await contents.executeJavaScript(library);
    if (watch === 'library') return mark(true);
    if (watch === 'protocol') {
      // What the app takes up once its first screen stands is no part of this.
      await wait(2000);
      return mark(await contents.executeJavaScript(fetchRates(segments)));
    }
    if (course) await contents.executeJavaScript(`[...document.querySelectorAll('.course-card .card-button')].find((found) => found.textContent.trim() === ${JSON.stringify(course)}).click()`);
    await contents.executeJavaScript(until(`document.querySelector('${course ? '.lesson-row' : '.lesson-tile'} .card-button')`));
    await wait(1000);
    if (watch === 'first-frame') return mark(await contents.executeJavaScript(firstFrame, true));
    if (watch === 'seeks') {
      await contents.executeJavaScript(firstFrame, true);
      return mark(await contents.executeJavaScript(seeks, true));
    }
    if (watch === 'memory') {
      await wait(4000);
      const idle = await memoryBytes();
      await contents.executeJavaScript(firstFrame, true);
      await wait(8000);
      return mark({ idle, playing: await memoryBytes() });
    }
    if (watch === 'loop') return mark(await loopDelay(contents));
    throw new Error(`Nobody knows how to watch ${watch}`);
  });
});

/** The main process's loop delay while one lesson plays and others are taken home, p99 in ms. */
async function loopDelay(contents) {
  await contents.executeJavaScript(firstFrame, true);
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  await contents.executeJavaScript(`(async () => {
    const { value } = await window.teachify.call('catalog.view');
    const lessonIds = value.courses.flatMap(({ lessons }) => lessons).filter(({ title }) => title !== ${JSON.stringify(lesson)}).map(({ id }) => id);
    await window.teachify.call('downloads.add', { lessonIds, quality: '720p' });
  })()`);
  await wait(10_000);
  delay.disable();
  return { p99: delay.percentile(99) / 1e6, most: delay.max / 1e6 };
}

app.setAppPath(root);
await import(pathToFileURL(main).href);
