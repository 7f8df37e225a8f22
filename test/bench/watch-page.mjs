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

export function mark(value) {
  process.stdout.write(`MARK ${JSON.stringify(value)}\n`);
  app.exit(0);
}
