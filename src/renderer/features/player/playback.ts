import type { PlaybackSource } from '../../../shared/contracts/playback.ts';
import type { Quality } from '../../../shared/models/quality.ts';
import type { SettingsPatch } from '../../../shared/models/settings.ts';
import type { Remote } from '../../bridge.ts';
import type { Engine, EngineListener } from './engine/engine.ts';
import { createGate, type Gate } from './engine/gate.ts';
import type { HlsEngineOptions } from './engine/hls-engine.ts';
import { loadHlsEngine } from './engine/load-hls-engine.ts';
import { followWish, type Wish } from './engine/wish-to-play.ts';
import { followAvailability, openGate } from './follow-availability.ts';
import { followVideo } from './follow-video.ts';
import { measureBandwidth } from './measure-bandwidth.ts';
import { placeOf } from './place-of.ts';
import type { PlayerStore } from './player-store.ts';
import { recordSession } from './record-session.ts';

export interface PlaybackDependencies {
  readonly remote: Remote;
  readonly monotonic: () => number;
  /** Keeps a choice for the next lesson. */
  readonly remember: (patch: SettingsPatch) => void;
  readonly reportFailed: (error: unknown) => void;
  readonly skipped: () => void;
}

/** What the controls can do. Times in milliseconds. */
export interface Playback {
  readonly play: () => void;
  readonly pause: () => void;
  readonly toggle: () => void;
  readonly seekTo: (ms: number) => void;
  readonly seekBy: (ms: number) => void;
  readonly setVolume: (volume: number) => void;
  readonly toggleMute: () => void;
  readonly setRate: (rate: number) => void;
  readonly chooseQuality: (wish: 'auto' | Quality) => void;
  readonly chooseSound: (language: string) => void;
  readonly chooseCaptions: (language: string | null) => void;
  /** What stands still is asked for again now, and not only by and by. */
  readonly tryAgain: () => void;
}

/** Plays an opened lesson on the element until the signal aborts: engine, store, recorder and main's announcements, joined. */
export function startPlayback(
  video: HTMLVideoElement,
  source: PlaybackSource,
  startMs: number,
  store: PlayerStore,
  { remote, monotonic, remember, reportFailed, skipped }: PlaybackDependencies,
  signal: AbortSignal,
): Playback {
  let engine: Engine | null = null;
  // Where it begins: the student may go elsewhere before the engine is loaded.
  let beginMs = startMs;
  const gate = createGate({
    blocked: (code) => {
      store.setState({ blocked: { code, retrying: false } });
      engine?.reconsider();
    },
    passed: () => store.setState(({ blocked }) => (blocked?.retrying ? { blocked: null } : {})),
  });
  const wish = followWish(video, signal);
  const stops = [
    followVideo(video, store, wish.toPlay),
    recordSession({ video, source, startMs, remote, monotonic, failed: reportFailed }),
    followAvailability({ mediaId: source.mediaId, remote, store, gate }),
  ];
  const bandwidth = measureBandwidth(remote, source.bitsPerSecond);
  const { volume, muted, playbackRate } = store.getState();
  Object.assign(video, { volume, muted, playbackRate, defaultPlaybackRate: playbackRate, preservesPitch: true });

  const listener: EngineListener = {
    qualityShown: (shown) => store.setState({ shown }),
    skipped,
    failed: (failed) => store.setState({ failed }),
  };
  const situation = () => ({
    wish: store.getState().wish,
    downloadedQuality: source.downloadedQuality,
    local: store.getState().local,
    bandwidth: bandwidth.now(),
    lineGone: store.getState().blocked?.retrying === false,
  });
  const begin = async () => {
    const started = await startEngine({ video, source, startMs: () => beginMs, gate, toPlay: wish.toPlay, soundLanguage: () => store.getState().soundLanguage, situation, listener, now: monotonic });
    if (signal.aborted) return started.destroy();
    engine = started;
    if (wish.toPlay()) await video.play();
  };
  begin().catch((error: unknown) => {
    // A play() overtaken by pause() or by closing is no failure; a player part that cannot be loaded is.
    if (!signal.aborted && !(error instanceof DOMException)) listener.failed('internal');
  });
  signal.addEventListener('abort', () => {
    for (const stop of stops) stop();
    bandwidth.stop();
    engine?.destroy();
  });

  const play = () => {
    wish.say(true);
    void video.play().catch(() => undefined);
  };
  const pause = () => {
    wish.say(false);
    store.setState({ playing: false });
    video.pause();
  };
  const placeMs = () => {
    const seconds = placeOf(video);
    return seconds === null ? store.getState().positionMs : seconds * 1000;
  };
  const seekTo = (ms: number) => {
    const seconds = Math.min(Math.max(0, ms), source.durationMs) / 1000;
    store.setState({ positionMs: ms, blocked: null, resumed: false });
    beginMs = seconds * 1000;
    if (engine) {
      video.currentTime = seconds;
      engine.goTo(seconds);
    }
    // What waits on, having nothing to do with the place, says so again.
    gate.open();
  };
  return {
    play,
    pause,
    toggle: () => (store.getState().playing ? pause() : play()),
    seekTo,
    seekBy: (ms) => seekTo(Math.min(Math.max(0, placeMs() + ms), source.durationMs)),
    setVolume: (value) => {
      video.volume = Math.min(1, Math.max(0, value));
      video.muted = video.volume === 0;
      remember({ volume: video.volume, muted: video.muted });
    },
    toggleMute: () => {
      video.muted = !video.muted;
      remember({ muted: video.muted });
    },
    setRate: (rate) => {
      video.playbackRate = video.defaultPlaybackRate = rate;
      remember({ playbackRate: rate });
    },
    chooseQuality: (wish) => {
      store.setState({ wish, blocked: null });
      engine?.chooseQuality();
      gate.open();
      remember({ streamQuality: wish });
    },
    chooseSound: (soundLanguage) => {
      store.setState({ soundLanguage });
      engine?.chooseSound(soundLanguage);
      remember({ soundLanguage });
    },
    chooseCaptions: (captionLanguage) => {
      store.setState({ captionLanguage });
      remember({ captions: captionLanguage !== null, ...(captionLanguage === null ? {} : { captionLanguage }) });
    },
    tryAgain: () => {
      store.setState(({ blocked }) => ({ blocked: blocked && { ...blocked, retrying: true } }));
      remote
        .call('playback.retry', { mediaId: source.mediaId })
        .catch(reportFailed)
        .finally(() => signal.aborted || openGate(store, gate));
    },
  };
}

interface EngineStart {
  readonly video: HTMLVideoElement;
  readonly source: PlaybackSource;
  /** Read once its parts are loaded. */
  readonly startMs: () => number;
  readonly gate: Gate;
  readonly toPlay: Wish['toPlay'];
  readonly soundLanguage: HlsEngineOptions['soundLanguage'];
  readonly situation: HlsEngineOptions['situation'];
  readonly listener: EngineListener;
  readonly now: () => number;
}

async function startEngine({ source, startMs, ...rest }: EngineStart): Promise<Engine> {
  const qualities = source.qualities.map(({ quality }) => quality);
  if (source.kind === 'mp4') {
    const { createPlainEngine } = await import('./engine/plain-engine.ts');
    return createPlainEngine({ ...rest, startMs: startMs(), url: source.url, quality: qualities[0] ?? null, isBlocked: () => rest.situation().lineGone });
  }
  const { createHlsEngine } = await loadHlsEngine();
  return createHlsEngine({ ...rest, startMs: startMs(), url: source.url, playlists: source.playlists, qualities });
}
