import Hls, { ErrorDetails, ErrorTypes, Events, type ErrorData, type HlsConfig, type LoaderConfig } from 'hls.js';
import workerUrl from 'hls.js/dist/hls.worker.js?url';
import type { PlaybackSource } from '../../../../shared/contracts/playback.ts';
import type { ErrorCode } from '../../../../shared/errors.ts';
import { qualityHeight, sparing, type Quality } from '../../../../shared/models/quality.ts';
import { createAbrController } from './abr-controller.ts';
import { chooseQuality, type Situation } from './choose-quality.ts';
import type { Engine, EngineListener } from './engine.ts';
import type { Gate } from './gate.ts';
import { createHoldingLoader } from './holding-loader.ts';
import { createMediaRepair, leaveMediaErrorsToUs, type MediaRepair } from './media-repair.ts';
import type { Wish } from './wish-to-play.ts';

export interface HlsEngineOptions {
  readonly video: HTMLVideoElement;
  readonly url: string;
  /** Those that are known already need not be asked for. */
  readonly playlists: PlaybackSource['playlists'];
  readonly startMs: number;
  readonly qualities: readonly Quality[];
  readonly gate: Gate;
  readonly toPlay: Wish['toPlay'];
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
export function createHlsEngine({ video, url, playlists, startMs, qualities, gate, toPlay, soundLanguage, situation, listener, now }: HlsEngineOptions): Engine {
  const known = new Map(playlists.map((playlist) => [playlist.url, playlist.content]));
  let chosen: Quality | null = null;
  const qualityOf = (hls: Hls, level: number): Quality | null => {
    const { name, height = 0 } = hls.levels[level] ?? {};
    return qualities.find((quality) => quality === name) ?? nearestByHeight(qualities, height);
  };

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
      // Fragmented MP4 passes through as it is; a worker that must be started first would only stand in its way.
      enableWorker: !playlists.some(({ content }) => content.includes('#EXT-X-MAP')),
      ...(soundLanguage() === null ? {} : { audioPreference: { lang: soundLanguage() ?? '' } }),
      errorController: leaveMediaErrorsToUs(),
      loader: createHoldingLoader(gate, known) as unknown as HlsConfig['loader'],
      abrController: createAbrController({ nextLevel, bandwidth: () => situation().bandwidth }) as unknown as HlsConfig['abrController'],
    });
    created.on(Events.LEVEL_SWITCHED, (_event, { level }) => {
      const quality = qualityOf(created, level);
      if (quality !== null) listener.qualityShown(quality);
    });
    created.on(Events.BUFFER_APPENDED, () => stepToFirstPicture(video));
    created.on(Events.ERROR, (_event, data) => {
      // The loader waits for what is not there now, so a request that failed has failed for good.
      if (data.fatal || isLoadFailure(data)) answerFatal(data, created, listener, media);
    });
    media.follow(created);
    created.attachMedia(video);
    created.loadSource(url);
    const begun = () => (created.config.maxMaxBufferLength = usualSeconds);
    video.requestVideoFrameCallback(begun);
    // Sound alone has no picture, and a window out of sight presents none.
    video.addEventListener('playing', begun, { once: true });
    return created;
  };
  // hls.js remembers what it could not append and would leave it out without a word; a new one remembers nothing.
  const beginAt = (seconds: number) => {
    hls.destroy();
    hls = begin(seconds);
  };
  const media = createMediaRepair({ video, toPlay, now, beginAt, skipped: listener.skipped, failed: listener.failed });
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
    goTo: (seconds) => {
      media.goTo(seconds);
      // Once there is something, hls.js hears of it from the element.
      if (video.readyState !== HTMLMediaElement.HAVE_NOTHING || video.error) return;
      beginAt(seconds);
      if (toPlay()) void video.play().catch(() => undefined);
    },
    destroy: () => {
      media.stop();
      hls.destroy();
    },
  };
}

/** An encoder that looks ahead begins its pictures some frames late (ISO/IEC 14496-12 8.6.1.3, composition offsets). */
const longestLead = 0.5;

/** Goes at once to where picture and sound begin, instead of waiting until hls.js finds that nothing moves. */
function stepToFirstPicture(video: HTMLVideoElement): void {
  const { buffered, currentTime, readyState } = video;
  if (readyState !== HTMLMediaElement.HAVE_METADATA || video.seeking || buffered.length === 0) return;
  const lead = buffered.start(0) - currentTime;
  if (lead > 0 && lead <= longestLead) video.currentTime = buffered.start(0);
}

/** Less than a segment; seconds. */
const firstSeconds = 3;
/** Enough for a line that stutters, not so much that a lesson left early was paid for in vain; seconds. */
const usualSeconds = 60;

const baseConfig: Partial<HlsConfig> = {
  workerPath: workerUrl,
  // The line was measured by main; a trial segment in the lowest quality would only cost data.
  testBandwidth: false,
  // Nothing comes before the first picture: one segment until it is there, and that one while the element is still being set up.
  maxMaxBufferLength: firstSeconds,
  startFragPrefetch: true,
  maxBufferLength: 30,
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

/** For a playlist that names no qualities. */
function nearestByHeight(qualities: readonly Quality[], height: number): Quality | null {
  const byDistance = qualities.filter((quality) => quality !== sparing).sort((a, b) => Math.abs(qualityHeight(a) - height) - Math.abs(qualityHeight(b) - height));
  return byDistance[0] ?? null;
}
