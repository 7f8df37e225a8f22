import type { Lesson } from '../../shared/api/catalog.ts';
import type { Availability, PlaybackSource } from '../../shared/contracts/playback.ts';
import { isTeachifyError, TeachifyError } from '../../shared/errors.ts';
import type { Accounts, Leases } from '../accounts/ports.ts';
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import type { Logger } from '../base/logger.ts';
import type { Random } from '../base/random.ts';
import type { Catalog } from '../catalog/ports.ts';
import type { BandwidthMeter, LessonContent, LessonContents, PieceStore } from '../content/ports.ts';
import type { DownloadedLessons } from '../downloads/ports.ts';
import type { Connectivity } from '../net/ports.ts';
import type { Progress } from '../progress/ports.ts';
import { attachmentsOf, readAttachment } from './attachments.ts';
import { availabilityOf } from './availability.ts';
import { safeFileName } from './file-name.ts';
import { LessonMedia } from './lesson-media.ts';
import { empty } from './media-responses.ts';
import type { OpenLesson } from './open-lesson.ts';
import { OpenedPieces } from './opened-pieces.ts';
import { playbackSourceOf } from './playback-source.ts';
import type { ClearFile, MediaRequest, MediaResponse, Playback } from './ports.ts';
import { Standstills } from './standstills.ts';

const announceMs = 500;

interface Dependencies {
  readonly accounts: Pick<Accounts, 'current' | 'closed' | 'changed'>;
  readonly catalog: Pick<Catalog, 'lesson' | 'nextLesson' | 'poster'>;
  readonly contents: LessonContents;
  readonly store: PieceStore;
  readonly leases: Leases;
  readonly downloaded: DownloadedLessons;
  readonly progress: Pick<Progress, 'begin' | 'resumePoint'>;
  readonly connectivity: Pick<Connectivity, 'state' | 'changed' | 'probe'>;
  readonly bandwidth: BandwidthMeter;
  /** app:// URL of a path below the media handler. */
  readonly mediaUrl: (path: string) => string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

export function createPlayback(dependencies: Dependencies): Playback {
  return new LessonPlayback(dependencies);
}

class LessonPlayback implements Playback {
  readonly #deps: Dependencies;
  readonly #open = new Map<string, OpenLesson>();
  readonly #media: LessonMedia;
  readonly #standstills: Standstills;
  /** How often all was closed. */
  #closings = 0;
  /** Aborted while nobody may see anything. */
  #seen = new AbortController();
  readonly #availabilityChanged = new Emitter<Availability>();
  readonly available: Playback['available'];
  readonly blocked: Playback['blocked'];
  readonly availabilityChanged = this.#availabilityChanged.event;

  constructor(dependencies: Dependencies) {
    this.#deps = dependencies;
    const { accounts, catalog, clock, connectivity, leases, logger, store } = dependencies;
    const standstills = new Standstills({ clock, isOffline: () => connectivity.state().status === 'offline' });
    this.#standstills = standstills;
    this.available = standstills.available;
    this.blocked = standstills.blocked;
    this.#media = new LessonMedia({ store, leases, catalog, connectivity, standstills, logger, opened: (mediaId) => this.#open.get(mediaId) });
    this.#look();
    accounts.changed(() => {
      this.#look();
      this.#closeForeign();
    });
    connectivity.changed(({ status }) => void (status === 'online' && standstills.releaseAll()));
    leases.changed(() => this.#leasesChanged());
    store.changed(({ fileId, present }) => this.#piecesChanged(fileId, present));
  }

  async open(lessonId: string): Promise<PlaybackSource> {
    const { accounts, catalog, contents, leases, downloaded, progress, random, mediaUrl, connectivity } = this.#deps;
    const account = accounts.current()?.accountId;
    if (account === undefined) throw new TeachifyError('signed_out', 'Nobody is signed in');
    const closings = this.#closings;
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
    const resume = await progress.resumePoint(content.timelineId);
    const next = await catalog.nextLesson(lessonId);
    if (accounts.current()?.accountId !== account) throw new TeachifyError('signed_out', 'The student left meanwhile');
    if (this.#closings !== closings) throw new TeachifyError('cancelled', 'The page that asked is gone');
    const open = this.#begin(content, account);
    downloaded.watching(lessonId);
    const sessionId = random.id();
    progress.begin(sessionId, account);
    return playbackSourceOf(open, { sessionId, home, resume, nextLessonId: next?.id ?? null, ...this.bandwidth(), mediaUrl });
  }

  #begin(content: LessonContent, account: OpenLesson['account']): OpenLesson {
    const { store, leases, random } = this.#deps;
    const open: OpenLesson = {
      mediaId: random.id(),
      account,
      content,
      pieces: new OpenedPieces({ store, leases, content }),
      attachments: attachmentsOf(content, () => random.id()),
      closing: new AbortController(),
      letGo: store.hold([...content.files.keys()]),
      announceAt: 0,
    };
    this.#open.set(open.mediaId, open);
    return open;
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
    await this.#end(mediaId);
  }

  async closeAll(): Promise<void> {
    this.#closings += 1;
    await Promise.all([...this.#open.keys()].map((mediaId) => this.#end(mediaId)));
  }

  /** What is on its way to the page when the lock falls ends there. */
  #look(): void {
    if (this.#deps.accounts.closed()) this.#seen.abort();
    else if (this.#seen.signal.aborted) this.#seen = new AbortController();
  }

  /** Who signs out leaves no lesson open to the next one. */
  #closeForeign(): void {
    const account = this.#deps.accounts.current()?.accountId;
    for (const open of this.#open.values()) if (open.account !== account) void this.#end(open.mediaId);
  }

  async #end(mediaId: string): Promise<void> {
    const { downloaded, logger } = this.#deps;
    const open = this.#open.get(mediaId);
    open?.closing.abort();
    this.#open.delete(mediaId);
    this.#standstills.forget(mediaId);
    downloaded.watching([...this.#open.values()].at(-1)?.content.lesson.id ?? null);
    await open?.letGo().catch((error: unknown) => logger.warn('what was played could not be given back', { error }));
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
    const { signal } = this.#seen;
    if (signal.aborted) return empty(404);
    const answer = await this.#media.respond({ ...request, signal: AbortSignal.any([request.signal, signal]) });
    return signal.aborted ? empty(404) : answer;
  }

  async retry(mediaId: string): Promise<void> {
    const { content } = this.#opened(mediaId);
    const { connectivity, leases } = this.#deps;
    await connectivity.probe();
    if (this.#standstills.wantsLease(mediaId)) {
      // One that cannot be had leaves things as they were, and the next try says so.
      await leases.acquire(content.lesson.id).catch((error: unknown) => this.#deps.logger.info('the lease could not be had', { error }));
    }
    this.#standstills.release(mediaId);
  }

  #leasesChanged(): void {
    for (const mediaId of this.#open.keys()) if (this.#standstills.wantsLease(mediaId)) this.#standstills.release(mediaId);
  }

  #piecesChanged(fileId: string, present: boolean): void {
    for (const open of this.#open.values()) {
      if (!open.content.files.has(fileId)) continue;
      // A key that is wanting does not come with a piece.
      if (present && !this.#standstills.wantsLease(open.mediaId)) this.#standstills.release(open.mediaId);
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
