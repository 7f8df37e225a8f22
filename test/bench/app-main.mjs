// Runs the app as it is, and looks at its first window from outside: no debugger, no change to the app.
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { app } from 'electron';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const { BENCH_WATCH: watch = 'library', BENCH_LESSON: lesson = '', BENCH_MAIN: main = join(root, 'out/main/index.js') } = process.env;

const until = (condition) => `new Promise((seen) => {
  const look = () => (${condition}) ? requestAnimationFrame(() => requestAnimationFrame(() => seen())) : requestAnimationFrame(look);
  look();
})`;
const library = until(`document.querySelector('.course-card .card-button')`);
const firstFrame = `(async () => {
  const button = [...document.querySelectorAll('.lesson-tile .card-button')].find((found) => found.textContent.trim() === ${JSON.stringify(lesson)});
  const began = performance.now();
  button.click();
  while (!document.querySelector('video')) await new Promise(requestAnimationFrame);
  await new Promise((shown) => document.querySelector('video').requestVideoFrameCallback(shown));
  return performance.now() - began;
})()`;

app.on('web-contents-created', (_event, contents) => {
  contents.once('dom-ready', async () => {
    await contents.executeJavaScript(library);
    if (watch === 'library') return mark(true);
    await contents.executeJavaScript(until(`document.querySelector('.lesson-tile .card-button')`));
    await new Promise((waited) => setTimeout(waited, 1000));
    mark(await contents.executeJavaScript(firstFrame, true));
  });
});

function mark(value) {
  process.stdout.write(`MARK ${JSON.stringify(value)}\n`);
  app.exit(0);
}

app.setAppPath(root);
await import(pathToFileURL(main).href);
