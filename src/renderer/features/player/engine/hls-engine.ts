import Hls, { ErrorDetails, ErrorTypes, Events, type ErrorData, type HlsConfig, type LoaderConfig } from 'hls.js';
import workerUrl from 'hls.js/dist/hls.worker.js?url';
import type { ErrorCode } from '../../../../shared/errors.ts';
import { qualityHeight, type Quality } from '../../../../shared/models/quality.ts';
import { createAbrController } from './abr-controller.ts';
import { chooseQuality, type Situation } from './choose-quality.ts';
import type { Engine, EngineListener } from './engine.ts';
import type { Gate } from './gate.ts';
import { createHoldingLoader } from './holding-loader.ts';

export interface HlsEngineOptions {
  readonly video: HTMLVideoElement;
  readonly url: string;
  readonly startMs: number;
  readonly qualities: readonly Quality[];
  readonly gate: Gate;
  /** Null for the lesson's own. */
  readonly soundLanguage: string | null;
  /** What the choice depends on besides the levels and the place, read anew for every segment. */
  readonly situation: () => Pick<Situation, 'wish' | 'downloadedQuality' | 'local' | 'bandwidth' | 'lineGone'>;
  readonly listener: EngineListener;
  readonly now: () => number;
}

/** Main owns timeouts and retries: a day is longer than any lesson, and nothing is tried twice from here. */
const patient: { default: LoaderConfig } = {
  default: { maxTimeToFirstByteMs: 86_400_000, maxLoadTimeMs: 86_400_000, timeoutRetry: null, errorRetry: null },
};
/** A decoder that fails again within this time will not come back by being reset. */
const recoveryPauseMs = 5000;
const skipSeconds = 2;

/** Plays an HLS lesson, from wherever its pieces come, by hls.js over MSE. */
export function createHlsEngine({ video, url, startMs, qualities, gate, soundLanguage, situation, listener, now }: HlsEngineOptions): Engine {
  let chosen: Quality | null = null;
  const qualityOf = (hls: Hls, level: number): Quality | null => nearestByHeight(qualities, hls.levels[level]?.height ?? 0);

  const nextLevel = (hls: Hls): number => {
    const levels = hls.levels.map((level, index) => ({ quality: qualityOf(hls, index) ?? 'original', bitrate: level.maxBitrate }));
    const atMs = (hls.mainForwardBufferInfo?.end ?? video.currentTime) * 1000;
    const quality = chooseQuality({ ...situation(), levels, atMs, playbackRate: video.playbackRate, current: chosen });
    chosen = quality ?? null;
    return Math.max(
      0,
      levels.findIndex((level) => level.quality === quality),
    );
  };

  const hls = new Hls({
    ...baseConfig,
    startPosition: startMs / 1000,
    ...(soundLanguage === null ? {} : { audioPreference: { lang: soundLanguage } }),
    loader: createHoldingLoader(gate) as unknown as HlsConfig['loader'],
    abrController: createAbrController({ nextLevel, bandwidth: () => situation().bandwidth }) as unknown as HlsConfig['abrController'],
  });
  const repair = createRepair(hls, video, listener, now);
  hls.on(Events.LEVEL_SWITCHED, (_event, { level }) => {
    const quality = qualityOf(hls, level);
    if (quality !== null) listener.qualityShown(quality);
  });
  hls.on(Events.ERROR, (_event, data) => {
    // The loader waits for what is not there now, so a request that failed has failed for good.
    if (data.fatal || isLoadFailure(data)) repair(data);
  });
  hls.loadSource(url);
  hls.attachMedia(video);

  return {
    chooseQuality: () => {
      // What lies buffered ahead in another quality is replaced, the segment on the screen is not; the pieces stay on the disk.
      const level = nextLevel(hls);
      if (level !== hls.currentLevel) hls.nextLevel = level;
      hls.loadLevel = -1;
    },
    chooseSound: (language) => {
      const track = hls.audioTracks.findIndex(({ lang }) => lang === language);
      if (track >= 0) hls.audioTrack = track;
    },
    reconsider: () => {
      // The request that waits is given up for one that need not.
      if (nextLevel(hls) === hls.loadLevel) return;
      hls.stopLoad();
      hls.startLoad();
    },
    destroy: () => hls.destroy(),
  };
}

const baseConfig: Partial<HlsConfig> = {
  workerPath: workerUrl,
  // The line was measured by main; a trial segment in the lowest quality would only cost data.
  testBandwidth: false,
  // Enough for a line that stutters, not so much that a lesson left early was paid for in vain.
  maxBufferLength: 30,
  maxMaxBufferLength: 60,
  backBufferLength: 60,
  manifestLoadPolicy: patient,
  playlistLoadPolicy: patient,
  fragLoadPolicy: patient,
  // Captions come as VTT tracks beside the playlist.
  enableWebVTT: false,
  enableIMSC1: false,
  enableCEA708Captions: false,
};

/** What to do about a fatal error: reset the decoder once, step over the spot once, then give up with a reason. */
function createRepair(hls: Hls, video: HTMLVideoElement, listener: EngineListener, now: () => number): (data: ErrorData) => void {
  let lastReset = Number.NEGATIVE_INFINITY;
  let lastSkip = Number.NEGATIVE_INFINITY;
  return (data) => {
    if (data.type !== ErrorTypes.MEDIA_ERROR) {
      hls.stopLoad();
      return listener.failed(codeOf(data));
    }
    if (data.details === ErrorDetails.MANIFEST_INCOMPATIBLE_CODECS_ERROR) return listener.failed('media_undecodable');
    if (now() - lastReset > recoveryPauseMs) {
      lastReset = now();
      hls.recoverMediaError();
    } else if (now() - lastSkip > recoveryPauseMs) {
      lastSkip = now();
      listener.skipped();
      hls.recoverMediaError();
      video.currentTime += skipSeconds;
    } else listener.failed('media_undecodable');
  };
}

const loadFailures: readonly ErrorData['details'][] = [
  ErrorDetails.MANIFEST_LOAD_ERROR,
  ErrorDetails.LEVEL_LOAD_ERROR,
  ErrorDetails.AUDIO_TRACK_LOAD_ERROR,
  ErrorDetails.FRAG_LOAD_ERROR,
];

function isLoadFailure({ details }: ErrorData): boolean {
  return loadFailures.includes(details);
}

function codeOf({ response }: ErrorData): ErrorCode {
  if (response?.code === 404) return 'not_found';
  return response?.code === 0 ? 'internal' : 'unexpected_answer';
}

function nearestByHeight(qualities: readonly Quality[], height: number): Quality | null {
  const byDistance = qualities.toSorted((a, b) => Math.abs(qualityHeight(a) - height) - Math.abs(qualityHeight(b) - height));
  return byDistance[0] ?? null;
}
