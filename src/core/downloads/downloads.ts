import type { DownloadChanges, DownloadItem, DownloadPlan, FolderMoving } from '../../shared/contracts/downloads.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import type { Quality } from '../../shared/models/quality.ts';
import type { AccountId, Accounts, Leases } from '../accounts/ports.ts';
import type { Clock } from '../base/clock.ts';
import type { Event } from '../base/emitter.ts';
import type { Logger } from '../base/logger.ts';
import type { Random } from '../base/random.ts';
import type { Catalog } from '../catalog/ports.ts';
import type { FileId, LessonContents, PieceStore } from '../content/ports.ts';
import type { Connection } from '../database/connection.ts';
import type { Connectivity } from '../net/ports.ts';
import type { Progress } from '../progress/ports.ts';
import type { Entry } from './download-entry.ts';
import { DownloadList } from './download-list.ts';
import { DownloadRepository } from './download-repository.ts';
import { filesFor } from './fetch-order.ts';
import { FolderMoves } from './folder-moves.ts';
import { giveBackOrphans } from './given-back.ts';
import type { KnownSpeed } from './known-speed.ts';
import { planDownloads } from './plan.ts';
import type { DownloadedLessons, Downloads } from './ports.ts';
import { QueueRunner } from './queue-runner.ts';
import { Removals } from './removals.ts';
import { makeRoomFor, roomFor, storageView } from './storage-view.ts';
import { TakingHome } from './taking-home.ts';

interface Dependencies {
  readonly database: Connection;
  readonly store: PieceStore;
  readonly contents: LessonContents;
  readonly catalog: Pick<Catalog, 'lesson' | 'lessons' | 'courseTitle' | 'view' | 'changed'>;
  readonly leases: Leases;
  readonly accounts: Pick<Accounts, 'current' | 'changed'>;
  readonly connectivity: Pick<Connectivity, 'changed'>;
  readonly progress: Pick<Progress, 'finished'>;
  readonly speed: Pick<KnownSpeed, 'bitsPerSecond'>;
  /** Why no download may run now; null when they may. */
  readonly gate: () => ErrorCode | null;
  /** What the gate asks has changed. */
  readonly gateChanged: Event<unknown>;
  /** What lessons may take of the disk; null for all it has. */
  readonly quotaBytes: () => number | null;
  readonly saveFolder: (folder: string) => Promise<void>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

export function createDownloads(dependencies: Dependencies): Downloads & DownloadedLessons {
  return new DownloadQueue(dependencies);
}

class DownloadQueue implements Downloads, DownloadedLessons {
  readonly #deps: Dependencies;
  readonly #list: DownloadList;
  readonly #runner: QueueRunner;
  readonly #rows: DownloadRepository;
  readonly #moves: FolderMoves;
  readonly #removals: Removals;
  readonly #takingHome: TakingHome;
  readonly changed: Event<DownloadItem[]>;
  readonly changes: Event<DownloadChanges>;
  readonly folderMoving: Event<FolderMoving>;

  constructor(dependencies: Dependencies) {
    this.#deps = dependencies;
    this.#rows = new DownloadRepository(dependencies.database);
    this.#list = new DownloadList({ ...dependencies, rows: this.#rows });
    const { store, quotaBytes } = dependencies;
    this.#runner = new QueueRunner({ ...dependencies, list: this.#list, makeRoom: (bytes) => makeRoomFor(store, quotaBytes(), bytes) });
    const parts = { ...dependencies, rows: this.#rows, list: this.#list, runner: this.#runner, ready: () => this.#ready() };
    this.#removals = new Removals(parts);
    this.#takingHome = new TakingHome({ ...parts, removals: this.#removals, resume: (entries) => this.#resume(entries) });
    this.#moves = new FolderMoves(dependencies);
    this.folderMoving = this.#moves.progress;
    this.changed = this.#list.changed;
    this.changes = this.#list.changes;
  }

  start(): () => Promise<void> {
    const { accounts, catalog, connectivity, gateChanged, store, logger } = this.#deps;
    const stop = this.#runner.start();
    // The pieces say the same at the next start.
    const untold = (error: unknown) => logger.warn('that a lesson lost bytes could not be written down', { error });
    const stops = [
      accounts.changed(() => void this.#pumpAnew()),
      catalog.changed(() => void this.#takeUpdates()),
      connectivity.changed(({ status }) => void (status === 'online' && this.#pumpAnew())),
      gateChanged(() => void this.#pumpAnew()),
      store.changed(({ fileId, present }) => (present ? this.#bytesCame() : void this.#bytesLost(fileId).catch(untold))),
    ];
    void giveBackOrphans(this.#rows, store).catch((error: unknown) => logger.warn('what removed lessons kept could not be given back', { error }));
    void this.#pumpAnew();
    return async () => {
      stop();
      for (const each of stops) each();
      this.#list.close();
      await this.#runner.stopAll();
    };
  }

  async list(): Promise<DownloadItem[]> {
    await this.#ready();
    return this.#list.whole();
  }

  async plan(lessonIds: readonly string[], quality: Quality): Promise<DownloadPlan> {
    await this.#ready();
    const { catalog, contents, store, speed } = this.#deps;
    const lessons = await Promise.all(lessonIds.map((lessonId) => catalog.lesson(lessonId)));
    const planned = new Set(lessonIds);
    const freeBytes = Math.max(0, (await this.#room()) - this.#promised(({ row }) => !planned.has(row.lessonId)));
    return planDownloads(lessons, quality, { contents, store, freeBytes, bitsPerSecond: speed.bitsPerSecond() });
  }

  add(lessonIds: readonly string[], quality: Quality): Promise<void> {
    return this.#takingHome.add(lessonIds, quality);
  }

  async move(lessonId: string, position: number): Promise<void> {
    await this.#ready();
    const entry = this.#list.find(lessonId);
    const order = this.#list.inOrder().filter((other) => other !== entry);
    order.splice(position, 0, entry);
    await this.#list.reorder(order);
    this.#runner.pump();
  }

  async pause(lessonId: string): Promise<void> {
    await this.#ready();
    await this.#pause([this.#list.find(lessonId)]);
  }

  async resume(lessonId: string): Promise<void> {
    await this.#ready();
    await this.#resume([this.#list.find(lessonId)]);
  }

  async pauseAll(): Promise<void> {
    await this.#ready();
    await this.#pause(this.#list.inOrder());
  }

  async resumeAll(): Promise<void> {
    await this.#ready();
    await this.#resume(this.#list.inOrder());
  }

  async remove(lessonIds: readonly string[], of?: AccountId): Promise<void> {
    await this.#removals.remove(lessonIds, of);
    this.#list.announce();
    this.#runner.pump();
  }

  async removeWatched(): Promise<{ lessons: number; bytes: number }> {
    await this.#ready();
    const { account } = this.#list;
    const ready = this.#list.inOrder().filter(({ row }) => row.state === 'ready');
    const finished = await this.#deps.progress.finished();
    const entries = ready.filter(({ row }) => finished.has(row.lessonId));
    await this.remove(entries.map(({ row }) => row.lessonId), account);
    return { lessons: entries.length, bytes: entries.reduce((sum, { row }) => sum + row.bytesTotal, 0) };
  }

  async verify(lessonId: string): Promise<number> {
    await this.#ready();
    const entry = this.#list.find(lessonId);
    const content = entry.content ?? (await this.#runner.loadContent(entry));
    const bad = await this.#deps.store.verify(filesFor(content, entry.row.quality));
    if (bad > 0) await this.#repair([entry]);
    return bad;
  }

  async storage() {
    await this.#ready();
    return storageView(this.#deps.store, this.#deps.quotaBytes(), { entries: this.#list.inOrder(), queuedBytes: this.#promised(() => true) });
  }

  async moveFolder(folder: string, signal?: AbortSignal): Promise<void> {
    await this.#moves.move(folder, signal).finally(() => this.#runner.pumpAnew());
  }

  cancelMove(): void {
    this.#moves.cancel();
  }

  async quality(lessonId: string) {
    await this.#ready();
    const entry = this.#list.get(lessonId);
    if (!entry) return null;
    return entry.previous ? { quality: entry.previous, ready: true } : { quality: entry.row.quality, ready: entry.row.revision > 0 };
  }

  watching(lessonId: string | null): void {
    this.#runner.watch(lessonId);
  }

  /** What the queue still needs of the disk. */
  #promised(counts: (entry: Entry) => boolean): number {
    const unfinished = this.#list.inOrder().filter((entry) => entry.row.state !== 'ready' && counts(entry));
    return unfinished.reduce((sum, entry) => sum + entry.row.bytesTotal - this.#list.bytesDone(entry), 0);
  }

  #room(): Promise<number> {
    return roomFor(this.#deps.store, this.#deps.quotaBytes());
  }

  async #pause(entries: readonly Entry[]): Promise<void> {
    const stopping = entries.filter(({ row }) => row.state !== 'ready');
    await this.#list.settle(stopping, { state: 'paused' }, null);
    await Promise.all(stopping.map((entry) => this.#runner.stop(entry)));
    this.#runner.pump();
  }

  async #resume(entries: readonly Entry[]): Promise<void> {
    const idle = entries.filter(({ row, running }) => row.state !== 'ready' && !running);
    for (const entry of idle) {
      entry.activity = 'none';
      entry.setback = 0;
    }
    await this.#list.settle(idle, { state: 'queued' }, null);
    this.#runner.pumpAnew();
  }

  /** Lessons that are here in an older revision are brought up to date; what did not change is not fetched again. */
  async #takeUpdates(): Promise<void> {
    await this.#ready();
    const { courses } = await this.#deps.catalog.view();
    const revisions = new Map(courses.flatMap(({ lessons }) => lessons.map(({ id, revision }) => [id, revision] as const)));
    const old = this.#list.inOrder().filter(({ row }) => row.state === 'ready' && row.revision < (revisions.get(row.lessonId) ?? 0));
    if (old.length === 0) return;
    await this.#list.settle(old, { state: 'queued' }, null);
    this.#runner.pump();
  }

  /** What was here whole is not any more, as playing it or looking at it showed; it is no longer called so, and is mended. */
  async #bytesLost(fileId: FileId): Promise<void> {
    const claims = await this.#deps.store.claims({ fileId });
    const ours = claims.filter(({ account }) => account === this.#list.accountOrNull);
    const lost: Entry[] = [];
    for (const { lessonId, quality } of ours) {
      const entry = this.#list.get(lessonId);
      if (!entry) continue;
      if (entry.previous === quality) entry.previous = null;
      const isOfNext = entry.row.state !== 'ready' && entry.content?.files.has(fileId);
      if (entry.row.quality === quality && entry.row.revision > 0 && !isOfNext) lost.push(entry);
    }
    await this.#repair(lost);
  }

  async #repair(entries: readonly Entry[]): Promise<void> {
    const ready = entries.filter(({ row }) => row.state === 'ready' || row.state === 'failed');
    await this.#list.settle(ready, { state: 'queued', revision: 0 }, null);
    for (const entry of entries) if (!ready.includes(entry)) await this.#list.settle([entry], { revision: 0 }, entry.reason);
    if (ready.length > 0) this.#runner.pump();
    this.#list.announce();
  }

  /** An allowance that is used up, an hour that is over, stops what runs; not only when the queue is looked at next. */
  #bytesCame(): void {
    this.#list.announce();
    if (this.#deps.gate()) this.#runner.pump();
  }

  async #pumpAnew(): Promise<void> {
    await this.#ready();
    this.#list.announce();
    this.#runner.pumpAnew();
  }

  /** The list of the student who is here now. */
  #ready(): Promise<void> {
    return this.#list.ready(() => this.#runner.stopAll());
  }
}
