import { isTeachifyError } from '../../shared/errors.ts';
import type { Rendition } from '../../shared/models/manifest.ts';
import type { Leases } from '../accounts/ports.ts';
import { decryptWhole } from '../base/decryption.ts';
import type { Logger } from '../base/logger.ts';
import type { Catalog } from '../catalog/ports.ts';
import type { FileDescription, LessonContent, PieceStore } from '../content/ports.ts';
import type { Connectivity } from '../net/ports.ts';
import { joinedCaptions } from './foreign-media.ts';
import { playlistsOf } from './lesson-playlists.ts';
import { empty, notNow, playlist, ranged, rangedPiecewise, whole, withoutBody } from './media-responses.ts';
import type { OpenLesson } from './open-lesson.ts';
import type { MediaRequest, MediaResponse } from './ports.ts';
import { sideFileType } from './side-files.ts';
import type { Standstills } from './standstills.ts';

/** How many segments beyond the one asked for are fetched ahead. */
const aheadSegments = 3;

interface Dependencies {
  readonly store: Pick<PieceStore, 'read' | 'fetch'>;
  readonly leases: Pick<Leases, 'fileKey'>;
  readonly catalog: Pick<Catalog, 'poster'>;
  readonly connectivity: Pick<Connectivity, 'state'>;
  readonly standstills: Pick<Standstills, 'block' | 'moved'>;
  readonly opened: (mediaId: string) => OpenLesson | undefined;
  readonly logger: Logger;
}

type Side = 'captions' | 'thumbnails';

/** Answers the page's requests for media. What cannot be had is an answer of its own, and the lesson stands still. */
export class LessonMedia {
  readonly #deps: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#deps = dependencies;
  }

  /** Never throws: failures are statuses with a reason header. */
  async respond(request: MediaRequest): Promise<MediaResponse> {
    if (request.method !== 'GET' && request.method !== 'HEAD') return empty(405);
    const response = await this.#answer(request);
    return request.method === 'HEAD' ? withoutBody(response) : response;
  }

  async #answer(request: MediaRequest): Promise<MediaResponse> {
    const [mediaId = '', ...path] = request.path.split('/');
    const [first = '', second] = path;
    const open = this.#deps.opened(mediaId);
    const side = first === 'captions' || first === 'thumbnails' ? first : null;
    try {
      if (mediaId === 'poster') return await this.#poster(first);
      if (open && side) return (await this.#sideFile(open.content, side, decoded(second))) ?? empty(404);
      return (open && (await this.#film(open, path, request))) ?? empty(404);
    } catch (error) {
      // The film runs on without its captions and previews.
      return side ? this.#refuse(error) : this.#standStill(mediaId, error);
    }
  }

  async #film(open: OpenLesson, [first = '', second = '']: readonly string[], request: MediaRequest): Promise<MediaResponse | null> {
    const { content } = open;
    if (!content.manifest) return content.plain && first === 'video.mp4' ? this.#plain(open, content.plain, request) : null;
    if (first.endsWith('.m3u8')) {
      const listed = playlistsOf(content).find(({ name }) => name === first);
      return listed ? playlist(listed.content) : null;
    }
    const rendition = content.manifest.renditions.find(({ id }) => id === first);
    const file = rendition && content.files.get(rendition.file.sha256);
    if (!rendition || !file) return null;
    const piece = /^(\d{1,6})\.m4s$/.exec(second)?.[1];
    if (piece === undefined || Number(piece) >= file.pieces.length) return null;
    return this.#segment(open, rendition, file, Number(piece), request);
  }

  async #segment(open: OpenLesson, rendition: Rendition, file: FileDescription, piece: number, request: MediaRequest): Promise<MediaResponse> {
    const bytes = await open.pieces.read(rendition, file, piece, AbortSignal.any([open.closing.signal, request.signal]));
    this.#deps.standstills.moved(open.mediaId);
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

  #plain(open: OpenLesson, file: FileDescription, request: MediaRequest): Promise<MediaResponse> {
    const signal = AbortSignal.any([open.closing.signal, request.signal]);
    let begun = false;
    const read = async (piece: number): Promise<Uint8Array> => {
      try {
        const bytes = await this.#deps.store.read(file.id, piece, { priority: 'foreground', signal });
        this.#deps.standstills.moved(open.mediaId);
        return bytes;
      } catch (error) {
        // Before the first byte the answer itself says so; afterwards only the player's events can.
        if (begun) this.#standStill(open.mediaId, error);
        throw error;
      } finally {
        begun = true;
      }
    };
    return rangedPiecewise({ bytes: file.bytes, pieces: file.pieces, read }, 'video/mp4', { ...request, signal });
  }

  async #sideFile(content: LessonContent, role: Side, name: string): Promise<MediaResponse | null> {
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

  /** The player stops, shows why, and waits for `available`. */
  #standStill(mediaId: string, error: unknown): MediaResponse {
    const code = codeOf(error);
    if (this.#deps.opened(mediaId) && code !== 'cancelled') this.#deps.standstills.block(mediaId, code);
    return this.#refuse(error);
  }

  #refuse(error: unknown): MediaResponse {
    const code = codeOf(error);
    if (code === 'internal') this.#deps.logger.error('media could not be served', { error });
    return notNow(code);
  }
}

function codeOf(error: unknown) {
  return isTeachifyError(error) ? error.code : 'internal';
}

/** A part of a path; one that cannot be decoded names nothing. */
function decoded(part: string | undefined): string {
  try {
    return decodeURIComponent(part ?? '');
  } catch {
    return '';
  }
}
