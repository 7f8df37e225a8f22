import type { ErrorCode } from '../../shared/errors.ts';
import type { Availability, PlaybackSource } from '../../shared/contracts/playback.ts';
import type { Event } from '../base/emitter.ts';

/** A file in clear, under a name that is safe to write. */
export interface ClearFile {
  readonly fileName: string;
  readonly bytes: Uint8Array;
}

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
  /** Of a lesson that is open. Throws not_found, not_on_this_computer, lease_missing, lease_expired, and as the line does. */
  attachment(mediaId: string, attachmentId: string): Promise<ClearFile>;
  /** Bad pieces found in what lies here of an open lesson, taken home or only streamed. */
  verify(mediaId: string): Promise<number>;
  /** The page that plays is gone, or another one: what it opened is closed, and what it is about to open is not opened. */
  closeAll(): Promise<void>;
  /** Tries now what an open lesson stands still for: asks for the server, gets the lease where that is wanting, and says `available`. */
  retry(mediaId: string): Promise<void>;
  bandwidth(): { bitsPerSecond: number | null };
  /**
   * Playlists, segments, captions, plain video and posters. Never throws: failures are statuses with a reason header. 404 while
   * nobody may see anything; a body that is on its way when the lock falls, or its student leaves, breaks off.
   */
  respond(request: MediaRequest): Promise<MediaResponse>;
  readonly available: Event<{ mediaId: string }>;
  readonly blocked: Event<{ mediaId: string; code: ErrorCode }>;
  readonly availabilityChanged: Event<Availability>;
}
