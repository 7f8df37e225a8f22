// What is looked at from outside in a page that plays, ours and the peer's alike.
import { readFile } from 'node:fs/promises';
import { app } from 'electron';

export const wait = (milliseconds) => new Promise((waited) => setTimeout(waited, milliseconds));

/**
 * To run in a page whose video plays: a seek to where nothing is buffered yet, then one within what is. Milliseconds until a
 * frame of there is presented.
 */
export const seeks = `(async () => {
  const video = document.querySelector('video');
  const shownAt = (at) => new Promise((shown) => {
    const look = (_, { mediaTime }) => (Math.abs(mediaTime - at) < 0.5 ? shown() : video.requestVideoFrameCallback(look));
    video.requestVideoFrameCallback(look);
  });
  const seek = async (at) => {
    const began = performance.now();
    video.currentTime = at;
    await shownAt(at);
    return performance.now() - began;
  };
  const isBuffered = (at) => Array.from({ length: video.buffered.length }, (_, i) => i).some((i) => video.buffered.start(i) <= at && at < video.buffered.end(i));
  await new Promise((waited) => setTimeout(waited, 1500));
  const far = Math.floor(video.duration * 0.75) + 0.5;
  if (isBuffered(far)) throw new Error('The lesson is too short for this bench');
  const disk = await seek(far);
  await new Promise((waited) => setTimeout(waited, 1500));
  const near = video.currentTime + 2;
  if (!isBuffered(near)) throw new Error('Nothing is buffered ahead');
  return { disk, buffered: await seek(near) };
})()`;

/** Proportional set size of all of the program's processes, in bytes (proc(5), smaps_rollup). */
export async function memoryBytes() {
  const pids = app.getAppMetrics().map(({ pid }) => pid);
  const rollups = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '')));
  return rollups.reduce((sum, text) => sum + Number(/^Pss:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) * 1024, 0);
}

/**
 * To run in a page: bytes a second with which it gets each of some groups of addresses, each address many times, one after
 * the other. Everything was asked once before.
 * @param groups an expression of a promise of `{ [group]: urls }`
 */
export const fetchRates = (groups) => `(async () => {
  const took = {};
  for (const [group, urls] of Object.entries(await (${groups}))) {
    for (const url of urls) await (await fetch(url)).arrayBuffer();
    let bytes = 0;
    const began = performance.now();
    for (let nth = 0; nth < 120; nth++) bytes += (await (await fetch(urls[nth % urls.length])).arrayBuffer()).byteLength;
    took[group] = { pieceBytes: bytes / 120, bytesPerSecond: (bytes / (performance.now() - began)) * 1000 };
  }
  return took;
})()`;

export function mark(value) {
  process.stdout.write(`MARK ${JSON.stringify(value)}\n`);
  app.exit(0);
}
