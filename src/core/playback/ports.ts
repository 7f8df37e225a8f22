import type { ErrorCode } from '../../shared/errors.ts';
import type { Availability, PlaybackSource } from '../../shared/contracts/playback.ts';
import type { Event } from '../base/emitter.ts';

/** An answer of the media handler, in terms any HTTP-like shell can send. */
export interface MediaResponse {
  readonly status: 200 | 206 | 404 | 405 | 416 | 503;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | ReadableStream<Uint8Array> | null;
}

export interface MediaRequest {
  readonly method: string;
  /** Below app://teachify/media/, as it stands in the URL: `<media id>/...` or `poster/<id>`. */
  readonly path: string;
  /** The Range header, if any. */
  readonly range: string | null;
  readonly signal: AbortSignal;
}

export interface Playback {
  open(lessonId: string): Promise<PlaybackSource>;
  close(mediaId: string): Promise<void>;
  availability(mediaId: string): Promise<Availability>;
  bandwidth(): { bitsPerSecond: number | null };
  /** Playlists, segments, captions, plain video and posters. Never throws: failures are statuses with a reason header. */
  respond(request: MediaRequest): Promise<MediaResponse>;
  readonly available: Event<{ mediaId: string }>;
  readonly blocked: Event<{ mediaId: string; code: ErrorCode }>;
  readonly availabilityChanged: Event<Availability>;
}
