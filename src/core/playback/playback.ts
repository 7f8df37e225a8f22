import type { Availability, PlaybackSource } from '../../shared/contracts/playback.ts';
import type { Lesson } from '../../shared/api/catalog.ts';
import { isTeachifyError, TeachifyError, type ErrorCode } from '../../shared/errors.ts';
import type { Rendition } from '../../shared/models/manifest.ts';
import { qualityHeight } from '../../shared/models/quality.ts';
import type { AccountId, Accounts, Leases } from '../accounts/ports.ts';
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import type { Logger } from '../base/logger.ts';
import type { Random } from '../base/random.ts';
import type { Catalog } from '../catalog/ports.ts';
import type { BandwidthMeter, FileDescription, LessonContent, LessonContents, PieceStore } from '../content/ports.ts';
import type { DownloadedLessons } from '../downloads/ports.ts';
import type { Connectivity } from '../net/ports.ts';
import type { Progress } from '../progress/ports.ts';
import { attachmentsOf, attachmentViews, readAttachment, type Attachments } from './attachments.ts';
import { availabilityOf } from './availability.ts';
import { decryptWhole } from '../base/decryption.ts';
import { safeFileName } from './file-name.ts';
import { joinedCaptions } from './foreign-media.ts';
import { playlistsOf } from './lesson-playlists.ts';
import { empty, notNow, playlist, ranged, rangedPiecewise, whole, withoutBody } from './media-responses.ts';
import { OpenedPieces } from './opened-pieces.ts';
import type { ClearFile, MediaRequest, MediaResponse, Playback } from './ports.ts';
import { qualitiesOf } from './qualities.ts';
import { sideFileType, soundsOf, thumbnailsOf } from './side-files.ts';

/** How many segments beyond the one asked for are fetched ahead. */
const aheadSegments = 3;
const announceMs = 500;
/** Played this close to its beginning or its end, a lesson starts over. */
const beginMs = 3_000;
const endMs = 5_000;

interface Dependencies {
  readonly accounts: Pick<Accounts, 'current' | 'changed'>;
  readonly catalog: Pick<Catalog, 'lesson' | 'nextLesson' | 'poster'>;
  readonly contents: LessonContents;
  readonly store: PieceStore;
  readonly leases: Leases;
  readonly downloaded: DownloadedLessons;
  readonly progress: Pick<Progress, 'resumePoint'>;
  readonly connectivity: Pick<Connectivity, 'state' | 'changed'>;
  readonly bandwidth: BandwidthMeter;
  /** app:// URL of a path below the media handler. */
  readonly mediaUrl: (path: string) => string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

interface OpenLesson {
  readonly mediaId: string;
  /** Whose sitting it is open in; it ends with that. */
  readonly account: AccountId | undefined;
  readonly content: LessonContent;
  readonly pieces: OpenedPieces;
  readonly attachments: Attachments;
  readonly closing: AbortController;
  blocked: boolean;
  announceAt: number;
}

export function createPlayback(dependencies: Dependencies): Playback {
  return new LessonPlayback(dependencies);
}

class LessonPlayback implements Playback {
  readonly #deps: Dependencies;
  readonly #open = new Map<string, OpenLesson>();
  readonly #available = new Emitter<{ mediaId: string }>();
  readonly #blocked = new Emitter<{ mediaId: string; code: ErrorCode }>();
  readonly #availabilityChanged = new Emitter<Availability>();
  readonly available = this.#available.event;
  readonly blocked = this.#blocked.event;
  readonly availabilityChanged = this.#availabilityChanged.event;

  constructor(dependencies: Dependencies) {
    this.#deps = dependencies;
    dependencies.accounts.changed(() => this.#closeForeign());
    dependencies.connectivity.changed(({ status }) => void (status === 'online' && this.#unblock()));
    dependencies.store.changed(({ fileId }) => this.#piecesChanged(fileId));
  }

  async open(lessonId: string): Promise<PlaybackSource> {
    const { accounts, catalog, contents, leases, downloaded, progress, random, mediaUrl, connectivity } = this.#deps;
    const account = accounts.current()?.accountId;
    const lesson = await catalog.lesson(lessonId);
    const home = await downloaded.quality(lessonId);
    const offline = connectivity.state().status === 'offline';
    // Offline only what lies here can be described; the piece tables of other qualities may never have been fetched.
    const qualities = offline && home ? { qualities: [home.quality] } : {};
    if (!home && !offline) await this.#updateDescription(lesson);
    const content = await contents.load(lesson, { priority: 'foreground', ...qualities }).catch((error: unknown) => {
      if (!home) throw missing(error, offline);
      return contents.load(lesson, { priority: 'foreground', qualities: [home.quality] }).catch((again: unknown) => {
        throw lesson.manifestUrl === null ? locked(again) : again;
      });
    });
    if (content.manifest && !content.foreign) await leases.acquire(lessonId).catch((error: unknown) => this.#tolerate(error));
    const mediaId = random.id();
    const pieces = new OpenedPieces({ store: this.#deps.store, leases, content });
    const attachments = attachmentsOf(content, () => random.id());
    this.#open.set(mediaId, { mediaId, account, content, pieces, attachments, closing: new AbortController(), blocked: false, announceAt: 0 });
    downloaded.watching(lessonId);
    const { positionMs, epoch, hereMs } = await progress.resumePoint(content.timelineId);
    const next = await catalog.nextLesson(lessonId);
    return {
      mediaId,
      kind: content.manifest ? 'hls' : 'mp4',
      url: mediaUrl(`${mediaId}/${content.manifest ? 'master.m3u8' : 'video.mp4'}`),
      playlists: playlistsOf(content).map(({ name, content: text }) => ({ url: mediaUrl(`${mediaId}/${name}`), content: text })),
      lessonId,
      courseId: lesson.courseId,
      title: lesson.title,
      durationMs: content.durationMs,
      timelineId: content.timelineId,
      epoch,
      sessionId: random.id(),
      resumeMs: positionMs < beginMs || positionMs >= content.durationMs - endMs ? 0 : positionMs,
      hereMs,
      qualities: qualitiesOf(content).map(({ quality, bytes }) => ({
        ...{ quality, bytes, height: qualityHeight(quality) },
        onThisComputer: home?.ready === true && home.quality === quality,
      })),
      downloadedQuality: home?.quality ?? null,
      captions: (content.manifest?.sideFiles ?? [])
        .filter(({ role }) => role === 'captions')
        .map(({ language, name }) => ({ language: language ?? 'und', label: language ?? name, url: mediaUrl(`${mediaId}/captions/${encodeURIComponent(name)}`) })),
      sounds: soundsOf(content),
      thumbnailsUrl: thumbnailsOf(content, (name) => mediaUrl(`${mediaId}/thumbnails/${encodeURIComponent(name)}`)),
      chapters: content.manifest?.chapters ?? [],
      attachments: attachmentViews(attachments),
      nextLessonId: next?.id ?? null,
    };
  }

  /** A lesson that was only watched has no download that brings its newest revision, with the files that were attached since. */
  async #updateDescription(lesson: Lesson): Promise<void> {
    const { contents, logger } = this.#deps;
    const known = await contents.stored(lesson).catch(() => null);
    if (!known || known.revision >= lesson.revision) return;
    try {
      await (await contents.update(lesson, { priority: 'foreground' })).keep();
    } catch (error) {
      logger.info('the newest revision could not be had; the one of before plays', { lessonId: lesson.id, error });
    }
  }

  async close(mediaId: string): Promise<void> {
    this.#end(mediaId);
  }

  /** Who signs out leaves no lesson open to the next one. */
  #closeForeign(): void {
    const account = this.#deps.accounts.current()?.accountId;
    for (const open of this.#open.values()) if (open.account !== account) this.#end(open.mediaId);
  }

  #end(mediaId: string): void {
    this.#open.get(mediaId)?.closing.abort();
    this.#open.delete(mediaId);
    this.#deps.downloaded.watching([...this.#open.values()].at(-1)?.content.lesson.id ?? null);
  }

  async availability(mediaId: string): Promise<Availability> {
    return availabilityOf(mediaId, this.#opened(mediaId).content, this.#deps.store);
  }

  async verify(mediaId: string): Promise<number> {
    return this.#deps.store.verify([...this.#opened(mediaId).content.files.keys()]);
  }

  #opened(mediaId: string): OpenLesson {
    const open = this.#open.get(mediaId);
    if (!open) throw new TeachifyError('not_found', 'This lesson is not open');
    return open;
  }

  async attachment(mediaId: string, attachmentId: string): Promise<ClearFile> {
    const open = this.#open.get(mediaId);
    const file = open?.attachments.get(attachmentId);
    if (!open || !file) throw new TeachifyError('not_found', 'This lesson is not open, or has no such file');
    const { store, leases, connectivity } = this.#deps;
    const { signal } = open.closing;
    const bytes = await readAttachment(file, { store, leases, lessonId: open.content.lesson.id, signal }).catch((error: unknown) => {
      const isLine = isTeachifyError(error, 'offline') || isTeachifyError(error, 'unreachable');
      throw isLine ? missing(error, connectivity.state().status === 'offline') : error;
    });
    // Who left meanwhile is given nothing.
    if (signal.aborted) throw new TeachifyError('cancelled', 'The lesson was closed meanwhile');
    return { fileName: safeFileName(file.name, file.mimeType), bytes };
  }

  bandwidth(): { bitsPerSecond: number | null } {
    return { bitsPerSecond: this.#deps.bandwidth.bitsPerSecond() };
  }

  async respond(request: MediaRequest): Promise<MediaResponse> {
    if (request.method !== 'GET' && request.method !== 'HEAD') return empty(405);
    const response = await this.#answer(request);
    return request.method === 'HEAD' ? withoutBody(response) : response;
  }

  async #answer(request: MediaRequest): Promise<MediaResponse> {
    const [mediaId = '', ...rest] = request.path.split('/');
    try {
      if (mediaId === 'poster') return await this.#poster(rest[0] ?? '');
      const open = this.#open.get(mediaId);
      return (open && (await this.#media(open, rest, request))) ?? empty(404);
    } catch (error) {
      return this.#refuse(mediaId, error);
    }
  }

  async #media(open: OpenLesson, path: readonly string[], request: MediaRequest): Promise<MediaResponse | null> {
    const [first = '', second] = path;
    const { content } = open;
    if (!content.manifest) return content.plain && first === 'video.mp4' ? this.#plain(open, content.plain, request) : null;
    if (first.endsWith('.m3u8')) {
      const listed = playlistsOf(content).find(({ name }) => name === first);
      return listed ? playlist(listed.content) : null;
    }
    if (first === 'captions' || first === 'thumbnails') return this.#sideFile(content, first, decoded(second));
    const rendition = content.manifest.renditions.find(({ id }) => id === first);
    const file = rendition && content.files.get(rendition.file.sha256);
    if (!rendition || !file) return null;
    const piece = /^(\d{1,6})\.m4s$/.exec(second ?? '')?.[1];
    if (piece === undefined || Number(piece) >= file.pieces.length) return null;
    return this.#segment(open, rendition, file, Number(piece), request);
  }

  async #segment(open: OpenLesson, rendition: Rendition, file: FileDescription, piece: number, request: MediaRequest): Promise<MediaResponse> {
    const bytes = await open.pieces.read(rendition, file, piece, AbortSignal.any([open.closing.signal, request.signal]));
    if (request.method === 'HEAD') return ranged(bytes, 'video/mp4', request);
    this.#fetchAhead(open, file, piece);
    open.pieces.openNext(rendition, file, piece, open.closing.signal);
    return ranged(bytes, 'video/mp4', request);
  }

  #fetchAhead(open: OpenLesson, file: FileDescription, piece: number): void {
    const ahead = Array.from({ length: aheadSegments }, (_, index) => piece + 1 + index).filter((next) => next < file.pieces.length);
    const wanted = ahead.map((next) => ({ fileId: file.id, piece: next }));
    if (this.#deps.connectivity.state().status === 'offline') return;
    // What fails here is asked for again, and told, when the player needs it.
    this.#deps.store.fetch(wanted, { priority: 'foreground', signal: open.closing.signal }).catch(() => {});
  }

  async #sideFile(content: LessonContent, role: 'captions' | 'thumbnails', name: string): Promise<MediaResponse | null> {
    const found = content.manifest?.sideFiles.find((file) => file.role === role && file.name === name);
    const type = found && sideFileType(found);
    if (!found || type === undefined) return null;
    const read = (piece: number) => this.#deps.store.read(found.file.sha256, piece, { priority: 'foreground' });
    const [file, parts] = [content.files.get(found.file.sha256), content.foreign?.get(found.file.sha256)];
    if (file && parts) return whole(await joinedCaptions(file, parts, read), type);
    const stored = await read(0);
    const bytes = found.file.keyId ? decryptWhole(await this.#deps.leases.fileKey(content.lesson.id, found.file.keyId), stored) : stored;
    return whole(bytes, type);
  }

  async #poster(id: string): Promise<MediaResponse> {
    const poster = await this.#deps.catalog.poster(decoded(id));
    return poster ? whole(poster.bytes, poster.mimeType) : empty(404);
  }

  #plain(open: OpenLesson, file: FileDescription, request: MediaRequest): Promise<MediaResponse> {
    const signal = AbortSignal.any([open.closing.signal, request.signal]);
    let begun = false;
    const read = async (piece: number): Promise<Uint8Array> => {
      try {
        return await this.#deps.store.read(file.id, piece, { priority: 'foreground', signal });
      } catch (error) {
        // Before the first byte the answer itself says so; afterwards only the player's events can.
        if (begun) this.#refuse(open.mediaId, error);
        throw error;
      } finally {
        begun = true;
      }
    };
    return rangedPiecewise({ bytes: file.bytes, pieces: file.pieces, read }, 'video/mp4', request);
  }

  /** An answer of its own for "cannot be had now": the player stops, shows why, and waits for `available`. */
  #refuse(mediaId: string, error: unknown): MediaResponse {
    const code = isTeachifyError(error) ? error.code : 'internal';
    if (code === 'internal') this.#deps.logger.error('media could not be served', { error });
    const open = this.#open.get(mediaId);
    if (open && code !== 'cancelled') {
      open.blocked = true;
      this.#blocked.emit({ mediaId, code });
    }
    return notNow(code);
  }

  #unblock(): void {
    for (const open of this.#open.values()) {
      if (!open.blocked) continue;
      open.blocked = false;
      this.#available.emit({ mediaId: open.mediaId });
    }
  }

  #piecesChanged(fileId: string): void {
    for (const open of this.#open.values()) {
      if (!open.content.files.has(fileId)) continue;
      if (open.blocked) {
        open.blocked = false;
        this.#available.emit({ mediaId: open.mediaId });
      }
      void this.#announce(open);
    }
  }

  async #announce(open: OpenLesson): Promise<void> {
    const { clock, store } = this.#deps;
    if (open.announceAt > clock.monotonic()) return;
    open.announceAt = clock.monotonic() + announceMs;
    await clock.sleep(announceMs);
    if (this.#open.has(open.mediaId)) this.#availabilityChanged.emit(availabilityOf(open.mediaId, open.content, store));
  }

  /** A lease that cannot be renewed now may still be good; reading decides. A refusal is final. */
  #tolerate(error: unknown): void {
    if (isTeachifyError(error) && (error.code === 'not_enrolled' || error.code === 'forbidden')) throw error;
    this.#deps.logger.info('the lease could not be renewed now', { error });
  }
}

/** All of a lesson without a manifest that was taken home is here but its keys, once they were wiped: "cannot be reached" is about them. */
function locked(error: unknown): unknown {
  return isTeachifyError(error) && error.retryable ? new TeachifyError('lease_missing', 'The keys of this video are asked for when there is a line', { cause: error }) : error;
}

/** Offline, "cannot be reached" means to a student that the lesson is not here. */
function missing(error: unknown, offline: boolean): unknown {
  return offline ? new TeachifyError('not_on_this_computer', 'This lesson is not on this computer', { cause: error }) : error;
}

/** A part of a path; one that cannot be decoded names nothing. */
function decoded(part: string | undefined): string {
  try {
    return decodeURIComponent(part ?? '');
  } catch {
    return '';
  }
}
