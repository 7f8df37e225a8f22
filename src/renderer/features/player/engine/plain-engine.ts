import type { Quality } from '../../../../shared/models/quality.ts';
import type { Engine, EngineListener } from './engine.ts';
import type { Gate } from './gate.ts';
import { notNow, reasonOf } from './unavailable.ts';

interface PlainEngineOptions {
  readonly video: HTMLVideoElement;
  readonly url: string;
  readonly startMs: number;
  readonly quality: Quality | null;
  readonly gate: Gate;
  readonly listener: EngineListener;
}

/** Plays a plain MP4: the browser asks for ranges itself, and when one is not to be had it is set up again at the same place. */
export function createPlainEngine({ video, url, startMs, quality, gate, listener }: PlainEngineOptions): Engine {
  const stop = new AbortController();
  const { signal } = stop;
  let wanted = startMs / 1000;

  const load = () => {
    video.src = url;
    video.currentTime = wanted;
  };
  /** The element only says that it failed; a request for one byte at the same place says why. */
  const findOut = async () => {
    const generation = gate.generation();
    const response = await fetch(url, { headers: { Range: 'bytes=0-0' }, signal });
    await response.body?.cancel();
    if (response.status === 404) return listener.failed('not_found');
    if (response.ok && video.error?.code === MediaError.MEDIA_ERR_DECODE) return listener.failed('media_undecodable');
    gate.block(response.status === notNow ? reasonOf(response) : 'not_on_this_computer');
    await gate.opened(generation, signal);
    const playing = !video.paused;
    load();
    if (playing) await video.play();
  };

  video.addEventListener('timeupdate', () => (wanted = video.currentTime), { signal });
  video.addEventListener('playing', () => quality !== null && listener.qualityShown(quality), { signal });
  video.addEventListener(
    'error',
    () => {
      findOut().catch(() => {
        if (!signal.aborted) listener.failed('internal');
      });
    },
    { signal },
  );
  load();

  return {
    // There is but one.
    chooseQuality: () => undefined,
    chooseSound: () => undefined,
    reconsider: () => undefined,
    destroy: () => {
      stop.abort();
      video.removeAttribute('src');
      video.load();
    },
  };
}
