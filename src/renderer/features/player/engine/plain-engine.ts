import type { Quality } from '../../../../shared/models/quality.ts';
import { placeOf } from '../place-of.ts';
import type { Engine, EngineListener } from './engine.ts';
import type { Gate } from './gate.ts';
import { notNow, reasonOf } from './unavailable.ts';
import type { Wish } from './wish-to-play.ts';

interface PlainEngineOptions {
  readonly video: HTMLVideoElement;
  readonly url: string;
  readonly startMs: number;
  readonly quality: Quality | null;
  readonly gate: Gate;
  readonly toPlay: Wish['toPlay'];
  /** Main said of a part that it is not to be had now. */
  readonly isBlocked: () => boolean;
  readonly listener: EngineListener;
}

/** Having shown this much since it was set up anew, a film is taken to have been mended by it; seconds. */
const mendedSeconds = 1;

/**
 * Plays a plain MP4: the browser asks for ranges itself. When one is not to be had it waits and is set up again at the same
 * place; what cannot be decoded is set up anew once, and then said.
 */
export function createPlainEngine({ video, url, startMs, quality, gate, toPlay, isBlocked, listener }: PlainEngineOptions): Engine {
  const stop = new AbortController();
  const { signal } = stop;
  let wanted = startMs / 1000;
  let anewAt: number | null = null;
  let setUps = 0;

  const load = async () => {
    // Chromium remembers for minutes what came from an address, an empty "not now" too: each set-up has its own.
    video.src = setUps === 0 ? url : `${url}?${setUps}`;
    setUps += 1;
    video.currentTime = wanted;
    if (toPlay()) await video.play();
  };
  /** The element only says that it failed; a request for one byte, and what main said meanwhile, tell why. */
  const findOut = async () => {
    const generation = gate.generation();
    const cause = video.error?.code;
    const response = await fetch(url, { headers: { Range: 'bytes=0-0' }, signal });
    await response.body?.cancel();
    if (response.status === 404) return listener.failed('not_found');
    if (response.status === notNow) return waitAt(generation, () => gate.block(reasonOf(response)));
    if (isBlocked()) return waitAt(generation);
    // Broken off without a word of why: worth asking for again, as whatever else has no reason that stays.
    if (cause === MediaError.MEDIA_ERR_NETWORK) return waitAt(generation, () => gate.block('not_on_this_computer'));
    if (anewAt !== null && wanted <= anewAt + mendedSeconds) return listener.failed('media_undecodable');
    anewAt = wanted;
    await load();
  };
  const waitAt = async (generation: number, block?: () => void) => {
    block?.();
    await gate.opened(generation, signal);
    await load();
  };

  const note = () => (wanted = placeOf(video) ?? wanted);
  video.addEventListener('timeupdate', note, { signal });
  video.addEventListener('seeking', note, { signal });
  video.addEventListener('loadeddata', () => gate.passed(), { signal });
  video.addEventListener('playing', () => quality !== null && listener.qualityShown(quality), { signal });
  video.addEventListener(
    'error',
    () => {
      findOut().catch((error: unknown) => {
        // A play() that the next failure overtook has been answered there.
        if (!signal.aborted && !(error instanceof DOMException)) listener.failed('internal');
      });
    },
    { signal },
  );
  void load().catch(() => undefined);

  return {
    // There is but one.
    chooseQuality: () => undefined,
    chooseSound: () => undefined,
    reconsider: () => undefined,
    goTo: (seconds) => (wanted = seconds),
    destroy: () => {
      stop.abort();
      video.removeAttribute('src');
      video.load();
    },
  };
}
