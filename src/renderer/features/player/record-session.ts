import type { PlaybackSource } from '../../../shared/contracts/playback.ts';
import { placeOf } from './place-of.ts';
import { createReporter } from './reporter.ts';
import { createSessionRecorder } from './session-recorder.ts';
import type { Remote } from '../../bridge.ts';

interface RecordSessionOptions {
  readonly video: HTMLVideoElement;
  readonly source: PlaybackSource;
  /** Where the lesson begins this time. */
  readonly startMs: number;
  readonly remote: Remote;
  readonly monotonic: () => number;
  readonly failed: (error: unknown) => void;
}

/** The end of a file and the end of the timeline may differ by a frame or two of sound. */
const endToleranceMs = 1000;
/** Word that it runs may come this late. */
const latestWordMs = 1000;

/** Records what really plays on the element and reports it; gives back the function that reports the rest and stops. */
export function recordSession({ video, source, startMs, remote, monotonic, failed }: RecordSessionOptions): () => void {
  const recorder = createSessionRecorder();
  const stop = new AbortController();
  const { signal } = stop;

  let place = startMs;
  const positionMs = () => {
    const seconds = placeOf(video);
    if (seconds !== null) place = seconds * 1000;
    const position = place;
    if (video.ended && source.durationMs - position < endToleranceMs) return source.durationMs;
    return Math.min(position, source.durationMs);
  };
  const reading = () => ({ positionMs: positionMs(), monotonicMs: monotonic(), playbackRate: video.playbackRate });
  const reporter = createReporter({
    snapshot: () => ({
      sessionId: source.sessionId,
      lessonId: source.lessonId,
      timelineId: source.timelineId,
      epoch: source.epoch,
      ...withoutReadonly(recorder.watched()),
      positionMs: Math.round(positionMs()),
    }),
    send: (snapshot) => remote.call('progress.report', snapshot),
    monotonic,
    failed,
  });

  // Where it stands while it does not run, null while it does. It runs on from exactly there; a busy machine says so only some frames later.
  let standsAtMs: number | null = startMs;
  let hasRun = false;
  const advance = () => {
    if (!video.seeking && !video.paused) recorder.advance(reading());
    reporter.tick();
  };
  const stopped = () => {
    if (!video.seeking) recorder.advance(reading());
    recorder.end();
    standsAtMs = positionMs();
    reporter.flush();
  };
  const begin = () => {
    const now = reading();
    const late = standsAtMs === null ? 0 : now.positionMs - standsAtMs;
    const isLate = late > 0 && late <= latestWordMs;
    recorder.begin(isLate ? { ...now, positionMs: now.positionMs - late, monotonicMs: now.monotonicMs - late / now.playbackRate } : now);
    standsAtMs = null;
    hasRun = true;
  };
  const seeking = () => {
    // The element already says where it goes; the last frame said where it was.
    recorder.end();
    const toMs = positionMs();
    // Before anything was shown, a small step forward is the player's own, to where the first picture lies.
    const isFirstStep = !hasRun && standsAtMs !== null && toMs > standsAtMs && toMs - standsAtMs <= latestWordMs;
    if (!isFirstStep) standsAtMs = toMs;
  };
  const seeked = () => {
    // `playing` perhaps does not come at all.
    if (!video.paused) begin();
    reporter.tick();
  };
  const waiting = () => {
    recorder.end();
    if (hasRun && !video.seeking) standsAtMs = positionMs();
  };
  const eachFrame = () => {
    advance();
    if (!signal.aborted) video.requestVideoFrameCallback(eachFrame);
  };

  video.requestVideoFrameCallback(eachFrame);
  video.addEventListener('playing', () => !video.seeking && begin(), { signal });
  video.addEventListener('timeupdate', advance, { signal });
  video.addEventListener('ratechange', advance, { signal });
  video.addEventListener('seeking', seeking, { signal });
  video.addEventListener('waiting', waiting, { signal });
  video.addEventListener('pause', stopped, { signal });
  video.addEventListener('ended', stopped, { signal });
  video.addEventListener('seeked', seeked, { signal });
  document.addEventListener('visibilitychange', () => document.hidden && reporter.flush(), { signal });
  window.addEventListener('pagehide', stopped, { signal });
  const stopListening = remote.on('shell.suspending', () => {
    advance();
    reporter.flush();
  });

  return () => {
    stopped();
    stop.abort();
    stopListening();
  };
}

function withoutReadonly({ ranges, watchedMs }: ReturnType<ReturnType<typeof createSessionRecorder>['watched']>) {
  return { ranges: ranges.map(([start, end]): [number, number] => [start, end]), watchedMs };
}
