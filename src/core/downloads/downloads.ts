import { statfs } from 'node:fs/promises';
import type { DownloadItem } from '../../shared/contracts/downloads.ts';
import { TeachifyError, type ErrorCode } from '../../shared/errors.ts';
import type { Quality } from '../../shared/models/quality.ts';
import type { Accounts, Leases } from '../accounts/ports.ts';
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import type { Logger } from '../base/logger.ts';
import type { Catalog } from '../catalog/ports.ts';
import type { BandwidthMeter, LessonContent, LessonContents, PieceStore } from '../content/ports.ts';
import type { Connection } from '../database/connection.ts';
import type { Connectivity } from '../net/ports.ts';
import { describeEntry, isWaiting, type Entry } from './download-entry.ts';
import { DownloadRepository, type DownloadRow } from './download-repository.ts';
import { failureOf } from './failure.ts';
import { fetchOrder, filesFor } from './fetch-order.ts';
import type { DownloadedLessons, Downloads } from './ports.ts';
import { throttle } from './throttle.ts';

/** Space that is left to the student's other work. */
const reserveBytes = 200 * 1024 * 1024;
const announceMs = 250;
/** Waiting downloads try again by themselves this often, for causes that send no word when they pass. */
const tryAgainMs = 15_000;

interface Dependencies {
  readonly database: Connection;
  readonly folder: string;
  readonly store: PieceStore;
  readonly contents: LessonContents;
  readonly catalog: Pick<Catalog, 'lesson' | 'courseTitle'>;
  readonly leases: Leases;
  readonly accounts: Pick<Accounts, 'current' | 'changed'>;
  readonly connectivity: Pick<Connectivity, 'state' | 'changed'>;
  readonly bandwidth: BandwidthMeter;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function createDownloads(dependencies: Dependencies): Downloads & DownloadedLessons {
  return new DownloadQueue(dependencies);
}

class DownloadQueue implements Downloads, DownloadedLessons {
  readonly #deps: Dependencies;
  readonly #rows: DownloadRepository;
  readonly #changed = new Emitter<DownloadItem[]>();
  readonly #announce: () => void;
  #account: string | null = null;
  #entries = new Map<string, Entry>();
  #loading: Promise<void> | null = null;
  #started = false;
  readonly changed = this.#changed.event;

  constructor(dependencies: Dependencies) {
    this.#deps = dependencies;
    this.#rows = new DownloadRepository(dependencies.database);
    this.#announce = throttle(announceMs, dependencies.clock, () => void this.list().then((items) => this.#changed.emit(items)));
  }

  start(): () => Promise<void> {
    const { accounts, connectivity, store, clock } = this.#deps;
    const closing = new AbortController();
    this.#started = true;
    const stops = [
      accounts.changed(() => void this.#switchAccount()),
      connectivity.changed(({ status }) => void (status === 'online' && this.#pump())),
      store.changed(() => this.#announce()),
    ];
    const tick = async () => {
      while (await clock.sleep(tryAgainMs, closing.signal).then(() => true, () => false)) await this.#pump();
    };
    void tick();
    void this.#switchAccount();
    return async () => {
      this.#started = false;
      closing.abort();
      for (const stop of stops) stop();
      await this.#stopAll();
    };
  }

  async list(): Promise<DownloadItem[]> {
    await this.#ready();
    const entries = [...this.#entries.values()].sort((a, b) => a.row.position - b.row.position);
    return entries.map((entry) => this.#describe(entry));
  }

  async add(lessonIds: readonly string[], quality: Quality): Promise<void> {
    await this.#ready();
    const account = this.#requireAccount();
    for (const lessonId of lessonIds) {
      const known = this.#entries.get(lessonId);
      if (known?.row.quality === quality) {
        await this.resume(lessonId);
        continue;
      }
      if (known) await this.remove(lessonId);
      const lesson = await this.#deps.catalog.lesson(lessonId);
      const choice = lesson.qualities.find((one) => one.quality === quality) ?? lesson.qualities[0];
      if (!choice) throw new TeachifyError('not_found', 'This lesson has nothing to take home');
      const position = Math.max(-1, ...[...this.#entries.values()].map(({ row }) => row.position)) + 1;
      const row: DownloadRow = {
        ...{ lessonId, courseId: lesson.courseId, quality: choice.quality, position },
        ...{ state: 'queued', reason: null, bytesDone: 0, bytesTotal: choice.bytes },
      };
      await this.#rows.save(account, row);
      this.#entries.set(lessonId, await this.#entry(row));
    }
    this.#announce();
    void this.#pump();
  }

  async pause(lessonId: string): Promise<void> {
    const entry = await this.#find(lessonId);
    if (entry.row.state === 'ready') return;
    await this.#settle(entry, 'paused', null);
    await this.#stop(entry);
    void this.#pump();
  }

  async resume(lessonId: string): Promise<void> {
    const entry = await this.#find(lessonId);
    if (entry.row.state === 'ready' || entry.activity === 'running') return;
    entry.activity = 'none';
    await this.#settle(entry, 'queued', null);
    void this.#pump();
  }

  async remove(lessonId: string): Promise<void> {
    const entry = await this.#find(lessonId);
    const account = this.#requireAccount();
    const { store, leases } = this.#deps;
    this.#entries.delete(lessonId);
    await this.#rows.remove(account, lessonId);
    await this.#stop(entry);
    const content = entry.content ?? (await this.#loadContent(entry, undefined).catch(() => null));
    await store.release({ account, lessonId, quality: entry.row.quality });
    if (content) await store.discard(filesFor(content, entry.row.quality));
    await leases.drop(lessonId);
    this.#announce();
    void this.#pump();
  }

  async pauseAll(): Promise<void> {
    await this.#ready();
    for (const lessonId of this.#entries.keys()) await this.pause(lessonId);
  }

  async resumeAll(): Promise<void> {
    await this.#ready();
    for (const lessonId of this.#entries.keys()) await this.resume(lessonId);
  }

  async verify(lessonId: string): Promise<number> {
    const entry = await this.#find(lessonId);
    const content = entry.content ?? (await this.#loadContent(entry, undefined));
    const bad = await this.#deps.store.verify(filesFor(content, entry.row.quality));
    if (bad > 0) {
      await this.#settle(entry, 'queued', null);
      void this.#pump();
    }
    return bad;
  }

  async storage() {
    const { store, folder } = this.#deps;
    const [usage, disk] = await Promise.all([store.usage(), statfs(folder)]);
    await this.#ready();
    const courses = new Map<string, { courseId: string; title: string; bytes: number }>();
    for (const { row, courseTitle } of this.#entries.values()) {
      const course = courses.get(row.courseId) ?? { courseId: row.courseId, title: courseTitle, bytes: 0 };
      course.bytes += usage.byLesson.get(row.lessonId) ?? 0;
      courses.set(row.courseId, course);
    }
    return {
      lessonBytes: usage.claimedBytes,
      cacheBytes: usage.cacheBytes,
      freeBytes: Math.max(0, disk.bavail * disk.bsize - reserveBytes),
      totalBytes: disk.blocks * disk.bsize,
      byCourse: [...courses.values()],
    };
  }

  async quality(lessonId: string) {
    await this.#ready();
    const entry = this.#entries.get(lessonId);
    return entry ? { quality: entry.row.quality, ready: entry.row.state === 'ready' } : null;
  }

  /** Starts the first download that may run; one at a time, since the line is the bottleneck and order is a promise. */
  async #pump(): Promise<void> {
    await this.#ready();
    if (!this.#started) return;
    const entries = [...this.#entries.values()].sort((a, b) => a.row.position - b.row.position);
    if (entries.some(({ running }) => running)) return;
    const offline = this.#deps.connectivity.state().status === 'offline';
    for (const entry of entries) {
      if (entry.row.state !== 'queued' || this.#entries.get(entry.row.lessonId) !== entry) continue;
      if (offline) {
        this.#wait(entry, this.#deps.connectivity.state().reason ?? 'offline');
        continue;
      }
      entry.stop = new AbortController();
      entry.activity = 'running';
      entry.reason = null;
      entry.running = this.#run(entry, entry.stop.signal).finally(() => {
        entry.running = null;
        entry.stop = null;
      });
      this.#announce();
      await entry.running;
      // A failure that passes by itself for all of them (the line, the disk) is not tried with the next one.
      if (isWaiting(entry)) return this.#pumpWaiting(entries, entry.reason);
    }
  }

  #pumpWaiting(entries: readonly Entry[], reason: ErrorCode | null): void {
    for (const entry of entries) if (entry.row.state === 'queued' && reason) this.#wait(entry, reason);
  }

  #wait(entry: Entry, reason: ErrorCode): void {
    entry.activity = 'waiting';
    entry.reason = reason;
    this.#announce();
  }

  async #run(entry: Entry, signal: AbortSignal): Promise<void> {
    const account = this.#requireAccount();
    const { store, leases, logger } = this.#deps;
    const { lessonId, quality } = entry.row;
    try {
      const content = await this.#loadContent(entry, signal);
      if (content.manifest) await leases.acquire(lessonId, signal);
      await store.claim({ account, lessonId, quality }, filesFor(content, quality));
      await this.#requireSpace(entry);
      await store.fetch(fetchOrder(content, quality), { priority: 'background', signal });
      entry.activity = 'none';
      await this.#settle(entry, 'ready', null);
    } catch (error) {
      const failure = failureOf(error);
      entry.activity = 'none';
      if (failure.kind === 'stopped') return this.#announce();
      logger.warn('a download stopped', { lessonId, kind: failure.kind, error });
      const state = failure.kind === 'failed' ? 'failed' : 'queued';
      // Where the disk is full this may not be written down either; the pieces say the same after a restart.
      await this.#settle(entry, state, failure.reason).catch((unwritten: unknown) => logger.warn('where a download stands could not be written down', { lessonId, error: unwritten }));
      if (failure.kind === 'waiting') this.#wait(entry, failure.reason);
    }
  }

  async #loadContent(entry: Entry, signal: AbortSignal | undefined): Promise<LessonContent> {
    const lesson = await this.#deps.catalog.lesson(entry.row.lessonId);
    const options = { priority: 'background' as const, qualities: [entry.row.quality], ...(signal ? { signal } : {}) };
    entry.content = await this.#deps.contents.load(lesson, options);
    return entry.content;
  }

  async #requireSpace(entry: Entry): Promise<void> {
    const disk = await statfs(this.#deps.folder);
    const neededBytes = entry.row.bytesTotal - this.#bytesDone(entry);
    const freeBytes = Math.max(0, disk.bavail * disk.bsize - reserveBytes);
    if (neededBytes > freeBytes) throw new TeachifyError('disk_full', 'Not enough room', { details: { neededBytes, freeBytes } });
  }

  /** Writes down where a download stands. */
  async #settle(entry: Entry, state: DownloadRow['state'], reason: ErrorCode | null): Promise<void> {
    entry.row = { ...entry.row, state, reason, bytesDone: this.#bytesDone(entry) };
    entry.reason = reason;
    this.#announce();
    if (this.#entries.get(entry.row.lessonId) === entry) await this.#rows.save(this.#requireAccount(), entry.row);
  }

  #bytesDone(entry: Entry): number {
    if (!entry.content) return entry.row.bytesDone;
    const bytes = filesFor(entry.content, entry.row.quality).reduce((sum, fileId) => sum + this.#deps.store.verified(fileId).bytes, 0);
    return Math.min(bytes, entry.row.bytesTotal);
  }

  #describe(entry: Entry): DownloadItem {
    return describeEntry(entry, this.#bytesDone(entry), this.#deps.bandwidth.bitsPerSecond());
  }

  async #entry(row: DownloadRow): Promise<Entry> {
    const { catalog } = this.#deps;
    const lessonTitle = await catalog.lesson(row.lessonId).then(({ title }) => title, () => row.lessonId);
    const courseTitle = await catalog.courseTitle(row.courseId).catch(() => row.courseId);
    return { row, activity: 'none', reason: row.reason, lessonTitle, courseTitle, content: null, stop: null, running: null };
  }

  async #find(lessonId: string): Promise<Entry> {
    await this.#ready();
    const entry = this.#entries.get(lessonId);
    if (!entry) throw new TeachifyError('not_found', 'This lesson is not in the list of downloads');
    return entry;
  }

  #requireAccount(): string {
    if (this.#account === null) throw new TeachifyError('signed_out', 'Nobody is signed in');
    return this.#account;
  }

  async #switchAccount(): Promise<void> {
    await this.#ready();
    this.#announce();
    await this.#pump();
  }

  /** The list of the student who is here now. */
  async #ready(): Promise<void> {
    const account = this.#deps.accounts.current()?.accountId ?? null;
    if (account !== this.#account) {
      this.#account = account;
      this.#loading = this.#reload(account);
    }
    await this.#loading;
  }

  async #reload(account: string | null): Promise<void> {
    await this.#stopAll();
    const rows = account === null ? [] : await this.#rows.list(account);
    const entries = await Promise.all(rows.map((row) => this.#entry(row)));
    this.#entries = new Map(entries.map((entry) => [entry.row.lessonId, entry]));
  }

  async #stop(entry: Entry): Promise<void> {
    entry.stop?.abort();
    await entry.running;
  }

  async #stopAll(): Promise<void> {
    const entries = [...this.#entries.values()];
    for (const { stop } of entries) stop?.abort();
    await Promise.all(entries.map(({ running }) => running));
  }
}
