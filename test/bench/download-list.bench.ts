// A queue of 5,000 lessons on the screen, two of them running: what crosses to the window, and how the page keeps up while one
// scrolls. Peer: the same list told whole each time, in the same window.
import type Electron from 'electron';
import { ToldList } from '../../src/core/downloads/told-list.ts';
import type { DownloadChanges, DownloadItem } from '../../src/shared/contracts/downloads.ts';
import { openStage } from '../harness/screens/stage.ts';
import { createSchool, download } from '../harness/screens/school.ts';
import { value } from '../harness/fixture-bridge.ts';
import { compare, keep, median } from './comparison.ts';

const lessons = 5_000;
const everyMs = 250;
const seconds = Number(process.env['TEACHIFY_BENCH_SECONDS'] ?? 8);
const runs = Number(process.env['TEACHIFY_BENCH_RUNS'] ?? 3);

/** What the page felt while it was told and scrolled. */
interface Felt {
  /** Of tasks that held the page for more than 50 ms, all together. */
  readonly longMs: number;
  readonly longest: number;
  /** Between two pictures, at the 99th percentile. */
  readonly frameP99: number;
  readonly bytesPerSecond: number;
}

const school = createSchool();
const queue: DownloadItem[] = Array.from({ length: lessons }, (_, index) => ({
  ...download(school, index % 13, { state: index < 2 ? 'running' : 'queued', position: index }),
  ...{ lessonId: `lesson-${index}`, lessonTitle: `Lesson ${index}`, bytesTotal: 60_000_000 },
}));
const stage = await openStage();

async function run(isWhole: boolean): Promise<Felt> {
  await stage.show({ ...school.answers, ...value('downloads.list', queue) });
  const { page } = stage;
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.keyboard.press('Alt+2');
  await page.getByRole('article', { name: 'Lesson 0', exact: true }).waitFor();
  const list = new ToldList();
  list.tell(queue);
  const news = Array.from({ length: (seconds * 1000) / everyMs }, (_, step) => list.tell(queue.map((item, index) => (index < 2 ? movedOn(item, step) : item)))).filter((changes) => changes !== null);
  const feeling = page.evaluate(feel, seconds * 1000);
  const base = isWhole ? queue : null;
  const bytes = await stage.app.evaluate(tell, { news, base, everyMs });
  return { ...(await feeling), bytesPerSecond: bytes / seconds };
}

function movedOn(item: DownloadItem, step: number): DownloadItem {
  return { ...item, bytesDone: (step + 1) * 300_000, bytesPerSecond: 1_200_000 + step, etaSeconds: 40 - step / 8 };
}

/** In main: tells one after the other, as changes or put into the whole list, and how many bytes that was. */
async function tell({ BrowserWindow }: typeof Electron, { news, base, everyMs: pause }: { news: DownloadChanges[]; base: DownloadItem[] | null; everyMs: number }): Promise<number> {
  const { serialize } = process.getBuiltinModule('node:v8');
  let bytes = 0;
  for (const changes of news) {
    const changed = new Map(changes.items.map((item) => [item.lessonId, item]));
    const payload = base ? { whole: true, items: base.map((item) => changed.get(item.lessonId) ?? item), removed: [] } : changes;
    bytes += serialize(payload).length;
    for (const window of BrowserWindow.getAllWindows()) window.webContents.send('screens:event:downloads.changed', payload);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  return bytes;
}

/** Scrolls steadily through the list and takes note of every task that held the page and of every picture. */
async function feel(ms: number): Promise<Omit<Felt, 'bytesPerSecond'>> {
  const tasks: number[] = [];
  new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' });
  const frames: number[] = [];
  const content = document.querySelector('#content');
  const start = performance.now();
  for (let before = start; performance.now() - start < ms; ) {
    await new Promise((resolve) => requestAnimationFrame(resolve));
    content?.scrollBy({ top: 60, behavior: 'instant' });
    const now = performance.now();
    frames.push(now - before);
    before = now;
  }
  frames.sort((a, b) => a - b);
  return { longMs: tasks.reduce((sum, duration) => sum + duration, 0), longest: Math.max(0, ...tasks), frameP99: frames[Math.floor(frames.length * 0.99)] ?? 0 };
}

try {
  const [ours, peer]: [Felt[], Felt[]] = [[], []];
  await compare({
    ...{ name: 'a queue of 5,000 on the screen: bytes a second to the window', unit: 'bytes', peer: 'whole list', runs },
    measureOurs: async () => {
      ours.push(await run(false));
      return ours.at(-1)?.bytesPerSecond ?? NaN;
    },
    measurePeer: async () => {
      peer.push(await run(true));
      return peer.at(-1)?.bytesPerSecond ?? NaN;
    },
    notes: [`two lessons run, told ${1000 / everyMs} times a second for ${seconds} s while the list is scrolled by 60 px a picture`],
  });
  const middle = (of: readonly Felt[], what: keyof Felt) => median(of.map((felt) => felt[what]));
  for (const [who, felt] of [['ours', ours], ['whole list', peer]] as const) {
    const facts = { longMs: middle(felt, 'longMs'), longest: middle(felt, 'longest'), frameP99: middle(felt, 'frameP99') };
    console.log(`  ${who}: ${facts.longMs.toFixed(0)} ms in tasks over 50 ms (the longest ${facts.longest.toFixed(0)} ms), pictures ${facts.frameP99.toFixed(0)} ms apart at the 99th percentile`);
    await keep({ name: `a queue of 5,000 on the screen, ${who}`, ...facts });
  }
} finally {
  await stage.close();
}
