import { expect } from 'vitest';
import type { Core } from '../../src/core/compose.ts';
import type { PlaybackSource } from '../../src/shared/contracts/playback.ts';

/** The student presses play: how every segment of what is described here is answered. */
export async function playWhole(core: Core, lesson: string): Promise<number[]> {
  const source = await core.playback.open(lesson);
  const statuses = await everySegment(core, source);
  await core.playback.close(source.mediaId);
  return statuses;
}

/** The status of every segment of an opened lesson. */
export async function everySegment(core: Core, { mediaId, playlists }: PlaybackSource): Promise<number[]> {
  const statuses: number[] = [];
  for (const { content } of playlists) {
    for (const [path] of content.matchAll(/[^\s"]+\.m4s/g)) {
      const { status, body } = await core.playback.respond({ method: 'GET', path: `${mediaId}/${path}`, range: null, signal: new AbortController().signal });
      if (body instanceof ReadableStream) await body.cancel();
      statuses.push(status);
    }
  }
  expect(statuses.length).toBeGreaterThan(2);
  return statuses;
}
