import { isTeachifyError, TeachifyError, type ErrorCode } from '../../shared/errors.ts';
import type { Leases } from '../accounts/ports.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Random } from '../base/random.ts';
import type { Catalog } from '../catalog/ports.ts';
import type { ContentUpdate, LessonContent, LessonContents, PieceStore } from '../content/ports.ts';
import type { Entry } from './download-entry.ts';
import type { DownloadList } from './download-list.ts';
import { failureOf } from './failure.ts';
import { fetchOrder, filesFor } from './fetch-order.ts';
import { giveBack } from './given-back.ts';
import { QueueHolds } from './queue-holds.ts';

/** Two share the line in turns, so that a short lesson does not wait for the whole of a long one before it. */
const lessonsAtOnce = 2;
/** What the student set, which stops even what runs well. */
const rules: ReadonlySet<ErrorCode> = new Set(['outside_hours', 'allowance_used', 'metered_line']);

interface Dependencies {
  readonly list: DownloadList;
  readonly store: PieceStore;
  readonly contents: LessonContents;
  readonly catalog: Pick<Catalog, 'lesson'>;
  readonly leases: Pick<Leases, 'acquire'>;
  /** Why no download may run now; null when they may. */
  readonly gate: () => ErrorCode | null;
  /** Room for so many bytes, or what there is of it; the cache gives way. */
  readonly makeRoom: (neededBytes: number) => Promise<number>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** Decides which downloads run: the one being watched first, then by place in the queue, then those that failed of late; two at a time. */
export class QueueRunner {
  readonly #deps: Dependencies;
  readonly #holds: QueueHolds;
  #started = false;
  #watching: string | null = null;
  #setbacks = 0;
  /** Ends the sleep until the queue is looked at next, which may have become sooner. */
  #rouse = new AbortController();

  constructor(dependencies: Dependencies) {
    this.#deps = dependencies;
    const { list, clock, random } = dependencies;
    this.#holds = new QueueHolds({ restBytes: (entry) => entry.row.bytesTotal - list.bytesDone(entry), clock, random });
  }

  start(): () => void {
    const closing = new AbortController();
    this.#started = true;
    const tick = async () => {
      while (!closing.signal.aborted) {
        this.#rouse = new AbortController();
        await this.#deps.clock.sleep(this.#holds.nextMs, AbortSignal.any([closing.signal, this.#rouse.signal])).then(() => this.pump(), () => {});
      }
    };
    void tick();
    return () => {
      this.#started = false;
      closing.abort();
    };
  }

  /** This lesson goes first; null when none is in the player. */
  watch(lessonId: string | null): void {
    this.#watching = lessonId;
    this.pump();
  }

  /** The lesson in the player; null when there is none. */
  get watching(): string | null {
    return this.#watching;
  }

  /** Whatever made downloads wait may have passed. */
  pumpAnew(): void {
    this.#holds.clear();
    this.pump();
  }

  /** Starts what may run, stops what has to give way. The list must be ready. */
  pump(): void {
    if (!this.#started) return;
    const { list, gate } = this.#deps;
    const queued = list.inOrder().filter(({ row, isLeaving }) => row.state === 'queued' && !isLeaving);
    const barred = gate();
    const ready: Entry[] = [];
    for (const entry of queued) {
      const reason = barred ?? (entry.running ? null : this.#holds.reasonFor(entry));
      if (!reason) ready.push(entry);
      else if (!entry.running) this.#wait(entry, reason);
      // A line that is gone ends transfers by itself, each with what it has.
      else if (rules.has(reason)) entry.stop?.abort();
    }
    const wanted = new Set(ready.toSorted((a, b) => this.#compare(a, b)).slice(0, lessonsAtOnce));
    const running = list.inOrder().filter(({ running: run }) => run);
    for (const entry of ready) {
      if (!wanted.has(entry) && !entry.running) entry.activity = 'none';
    }
    let free = lessonsAtOnce - running.length;
    for (const entry of wanted) {
      if (entry.running) continue;
      if (free > 0) this.#begin(entry);
      else running.find((other) => !wanted.has(other) && !other.stop?.signal.aborted)?.stop?.abort();
      free -= 1;
    }
    list.announce();
  }

  /** For what is not queued any more or is leaving; anything else begins anew. */
  async stop(entry: Entry): Promise<void> {
    entry.stop?.abort();
    await entry.running;
  }

  /** Another list takes the place of this one: nothing of it begins again when something of it ends. */
  async stopAll(): Promise<void> {
    const entries = this.#deps.list.inOrder();
    for (const entry of entries) entry.isLeaving = true;
    await Promise.all(entries.map((entry) => this.stop(entry)));
  }

  /** Does not ask whether there is a line: for what is believed to be here. */
  beginAtOnce(entry: Entry): void {
    if (this.#started && !entry.running) this.#begin(entry);
  }

  /** The content a download needs, as it is on disk or as the server describes it. */
  async loadContent(entry: Entry, signal?: AbortSignal): Promise<LessonContent> {
    const lesson = await this.#deps.catalog.lesson(entry.row.lessonId);
    const options = { priority: 'background' as const, qualities: [entry.row.quality], ...(signal ? { signal } : {}) };
    entry.content = await this.#deps.contents.load(lesson, options);
    return entry.content;
  }

  #compare(a: Entry, b: Entry): number {
    const watched = ({ row }: Entry) => (row.lessonId === this.#watching ? 0 : 1);
    return watched(a) - watched(b) || a.setback - b.setback || a.row.position - b.row.position;
  }

  #begin(entry: Entry): void {
    const stop = new AbortController();
    entry.stop = stop;
    entry.activity = 'running';
    entry.reason = null;
    entry.speed.reset();
    entry.running = this.#run(entry, stop.signal).finally(() => {
      entry.running = null;
      entry.stop = null;
      this.pump();
    });
  }

  #wait(entry: Entry, reason: ErrorCode): void {
    entry.activity = 'waiting';
    entry.reason = reason;
    this.#deps.list.announce();
  }

  async #run(entry: Entry, signal: AbortSignal): Promise<void> {
    const { list, logger } = this.#deps;
    const { lessonId } = entry.row;
    const bytesBefore = list.bytesDone(entry);
    try {
      const revision = await this.#takeHome(entry, signal);
      entry.activity = 'none';
      entry.setback = 0;
      this.#holds.progressed(entry);
      await list.settle([entry], { state: 'ready', revision }, null);
      await this.#leaveOtherQualities(entry);
    } catch (error) {
      const failure = failureOf(error);
      entry.activity = 'none';
      // Who was told to stop is not told why it could not go on.
      if (failure.kind === 'stopped' || signal.aborted) return list.announce();
      logger.warn('a download stopped', { lessonId, kind: failure.kind, error });
      const progressed = list.bytesDone(entry) > bytesBefore;
      if (progressed) this.#holds.progressed(entry);
      entry.setback = progressed ? 0 : ++this.#setbacks;
      const state = failure.kind === 'failed' ? 'failed' : 'queued';
      if (failure.kind === 'waiting') {
        this.#holds.add(entry, failure);
        this.#rouse.abort();
      }
      // Where the disk is full this may not be written down either; the pieces say the same after a restart.
      await list.settle([entry], { state }, failure.reason).catch((unwritten: unknown) => logger.warn('where a download stands could not be written down', { lessonId, error: unwritten }));
    }
  }

  /** Brings everything of the lesson's newest revision; gives its number. What an older one shares with it is not fetched again. */
  async #takeHome(entry: Entry, signal: AbortSignal): Promise<number> {
    const { contents, catalog } = this.#deps;
    const lesson = await catalog.lesson(entry.row.lessonId);
    const content = await this.loadContent(entry, signal);
    const update = () => contents.update(lesson, { priority: 'background', qualities: [entry.row.quality], signal });
    // A plain film does not say of which revision it is.
    const revisionHere = content.manifest?.revision ?? entry.row.revision;
    const isOld = revisionHere > 0 && revisionHere < lesson.revision;
    let next: ContentUpdate = isOld ? await update() : { content, reuse: async () => {}, keep: async () => {} };
    for (let bytesBefore = -1; ; ) {
      try {
        await this.#bring(entry, next, signal);
        // What came, which is older than what the course says where a cache stands in between; then it is looked for again.
        return next.content.manifest?.revision ?? lesson.revision;
      } catch (error) {
        const bytes = this.#deps.list.bytesDone(entry);
        // Addresses that are good for some hours only run out again and again; whatever else moved is looked for once.
        const mayLook = bytesBefore < 0 || (next.content.foreign !== null && bytes > bytesBefore);
        if (!mayLook || !mayBeElsewhere(error, next.content)) throw error;
        bytesBefore = bytes;
        next = await update();
        if (isSame(next.content, entry) && !next.content.foreign) throw error;
      }
    }
  }

  async #bring(entry: Entry, { content, reuse, keep }: ContentUpdate, signal: AbortSignal): Promise<void> {
    const { list, store, contents, leases } = this.#deps;
    const { lessonId, quality } = entry.row;
    const files = filesFor(content, quality);
    entry.content = content;
    entry.row = { ...entry.row, bytesTotal: files.reduce((sum, fileId) => sum + (content.files.get(fileId)?.bytes ?? 0), 0) };
    if (content.manifest && !content.foreign) await leases.acquire(lessonId, signal);
    const claim = { account: list.account, lessonId, quality };
    await store.claim(claim, files);
    await this.#requireSpace();
    await reuse();
    await store.fetch(fetchOrder(content, quality), { priority: 'background', signal });
    await contents.checkStructure(content, { priority: 'background', signal });
    // From here on the new revision plays; before, the old one did.
    await keep();
    await store.discard(await store.claimOnly(claim, files));
  }

  /** What played until now is not needed any more. */
  async #leaveOtherQualities(entry: Entry): Promise<void> {
    const { list, store, logger } = this.#deps;
    const { lessonId, quality } = entry.row;
    entry.previous = null;
    const others = (await store.claims({ account: list.account, lessonId })).filter((claim) => claim.quality !== quality);
    // What cannot be given back now is at the next start.
    await giveBack(store, others).catch((error: unknown) => logger.warn('another quality could not be given back', { lessonId, error }));
  }

  async #requireSpace(): Promise<void> {
    const { list, makeRoom } = this.#deps;
    const running = list.inOrder().filter(({ running: run }) => run);
    const neededBytes = running.reduce((sum, entry) => sum + entry.row.bytesTotal - list.bytesDone(entry), 0);
    const freeBytes = await makeRoom(neededBytes);
    if (neededBytes > freeBytes) throw new TeachifyError('disk_full', 'Not enough room', { details: { neededBytes, freeBytes } });
  }
}

/** Another file is where this one was, or none, or a foreign address ran out: the lesson may be described anew. */
function mayBeElsewhere(error: unknown, { plain, foreign }: LessonContent): boolean {
  // The length of what has no hashes may have been a wrong guess.
  if (isTeachifyError(error, 'piece_corrupt')) return plain !== null || foreign !== null;
  if (isTeachifyError(error, 'forbidden')) return foreign !== null;
  return isTeachifyError(error, 'source_changed') || isTeachifyError(error, 'not_found');
}

/** Whether these are the files that were just asked for in vain. */
function isSame(content: LessonContent, { content: known, row }: Entry): boolean {
  return known !== null && filesFor(content, row.quality).join() === filesFor(known, row.quality).join();
}
