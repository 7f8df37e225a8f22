import Hls, { ErrorDetails, ErrorTypes, Events, type ErrorData, type HlsConfig, type LoaderConfig } from 'hls.js';
import workerUrl from 'hls.js/dist/hls.worker.js?url';
import type { ErrorCode } from '../../../../shared/errors.ts';
import { qualityHeight, type Quality } from '../../../../shared/models/quality.ts';
import { createAbrController } from './abr-controller.ts';
import { chooseQuality, type Situation } from './choose-quality.ts';
import type { Engine, EngineListener } from './engine.ts';
import type { Gate } from './gate.ts';
import { createHoldingLoader } from './holding-loader.ts';
import { createMediaRepair, leaveMediaErrorsToUs, type MediaRepair } from './media-repair.ts';

export interface HlsEngineOptions {
  readonly video: HTMLVideoElement;
  readonly url: string;
  readonly startMs: number;
  readonly qualities: readonly Quality[];
  readonly gate: Gate;
  /** Null for the lesson's own. */
  readonly soundLanguage: () => string | null;
  /** What the choice depends on besides the levels and the place, read anew for every segment. */
  readonly situation: () => Pick<Situation, 'wish' | 'downloadedQuality' | 'local' | 'bandwidth' | 'lineGone'>;
  readonly listener: EngineListener;
  readonly now: () => number;
}

/** Main owns timeouts and retries: a day is longer than any lesson, and nothing is tried twice from here. */
const patient: { default: LoaderConfig } = {
  default: { maxTimeToFirstByteMs: 86_400_000, maxLoadTimeMs: 86_400_000, timeoutRetry: null, errorRetry: null },
};

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

  const begin = (seconds: number): Hls => {
    const created = new Hls({
      ...baseConfig,
      startPosition: seconds,
      ...(soundLanguage() === null ? {} : { audioPreference: { lang: soundLanguage() ?? '' } }),
      errorController: leaveMediaErrorsToUs(),
      loader: createHoldingLoader(gate) as unknown as HlsConfig['loader'],
      abrController: createAbrController({ nextLevel, bandwidth: () => situation().bandwidth }) as unknown as HlsConfig['abrController'],
    });
    created.on(Events.LEVEL_SWITCHED, (_event, { level }) => {
      const quality = qualityOf(created, level);
      if (quality !== null) listener.qualityShown(quality);
    });
    created.on(Events.ERROR, (_event, data) => {
      // The loader waits for what is not there now, so a request that failed has failed for good.
      if (data.fatal || isLoadFailure(data)) answerFatal(data, created, listener, media);
    });
    media.follow(created);
    created.loadSource(url);
    created.attachMedia(video);
    return created;
  };
  const media = createMediaRepair({
    video,
    now,
    // hls.js remembers what it could not append and would leave it out without a word; a new one remembers nothing.
    beginAt: (seconds) => {
      hls.destroy();
      hls = begin(seconds);
    },
    skipped: listener.skipped,
    failed: listener.failed,
  });
  let hls = begin(startMs / 1000);

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
    destroy: () => {
      media.stop();
      hls.destroy();
    },
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

/** What cannot be mended ends the lesson with its reason; what a decoder did not take is mended. */
function answerFatal({ details, type, response }: Pick<ErrorData, 'details' | 'type' | 'response'>, hls: Hls, listener: EngineListener, media: MediaRepair): void {
  if (type !== ErrorTypes.MEDIA_ERROR) {
    hls.stopLoad();
    return listener.failed(codeOf(response));
  }
  if (details === ErrorDetails.MANIFEST_INCOMPATIBLE_CODECS_ERROR) return listener.failed('media_undecodable');
  media.repair(hls);
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

function codeOf(response: ErrorData['response']): ErrorCode {
  if (response?.code === 404) return 'not_found';
  return response?.code === 0 ? 'internal' : 'unexpected_answer';
}

function nearestByHeight(qualities: readonly Quality[], height: number): Quality | null {
  const byDistance = qualities.toSorted((a, b) => Math.abs(qualityHeight(a) - height) - Math.abs(qualityHeight(b) - height));
  return byDistance[0] ?? null;
}
