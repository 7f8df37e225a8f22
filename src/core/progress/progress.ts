import { endpoints } from '../../shared/api/endpoints.ts';
import { progressPullSchema, type RecordedAt } from '../../shared/api/progress.ts';
import type { LessonProgress, OutboxView } from '../../shared/contracts/progress.ts';
import { isTeachifyError, TeachifyError } from '../../shared/errors.ts';
import { currentNotes, type Note } from '../../shared/models/note.ts';
import type { SessionSnapshot } from '../../shared/models/progress.ts';
import type { Accounts } from '../accounts/ports.ts';
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import type { Logger } from '../base/logger.ts';
import type { Random } from '../base/random.ts';
import type { Catalog } from '../catalog/ports.ts';
import type { Connection } from '../database/connection.ts';
import type { ApiClient, Connectivity } from '../net/ports.ts';
import { Alarm } from './alarm.ts';
import { OutboxWrites } from './outbox-writes.ts';
import { emptyOutbox, viewOutbox } from './outbox-view.ts';
import type { Progress } from './ports.ts';
import { ProgressReads } from './progress-reads.ts';
import type { Timeline } from './progress-rows.ts';
import { Sender } from './sender.ts';
import { ServerWrites } from './server-writes.ts';
import { currentState, shownProgress } from './shown-progress.ts';
import { UnwrittenReports } from './unwritten-reports.ts';

/** Reports come every few seconds while playing: they gather so long before they go, and go no more often than that. */
const gatherMs = 2_000;
const betweenSendsMs = 15_000;
const timerMs = 60_000;
/** A school whose line comes back does not arrive in one moment. */
const spreadMs = 1_000;
const firstBackOffMs = 2_000;
const longestBackOffMs = 5 * 60_000;

interface Dependencies {
  readonly database: Connection;
  /** Authorised. */
  readonly api: ApiClient;
  readonly accounts: Pick<Accounts, 'current' | 'changed'>;
  readonly catalog: Pick<Catalog, 'lesson'>;
  readonly connectivity: Pick<Connectivity, 'changed'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Told the server's time, ms since the Unix epoch. */
  readonly onServerTime?: (at: number) => Promise<void>;
}

/** What the student watched: recorded at once, sent when the line allows. docs/sync.md has the model and its laws. */
export function createProgress(dependencies: Dependencies): Progress {
  return new RecordedProgress(dependencies);
}

class RecordedProgress implements Progress {
  readonly #deps: Dependencies;
  readonly #reads: ProgressReads;
  readonly #outbox: OutboxWrites;
  readonly #unwritten: UnwrittenReports;
  readonly #server: ServerWrites;
  readonly #sender: Sender;
  readonly #alarm: Alarm;
  readonly #changed = new Emitter<LessonProgress[]>();
  readonly #notesChanged = new Emitter<void>();
  readonly #outboxChanged = new Emitter<OutboxView>();
  readonly changed = this.#changed.event;
  readonly notesChanged = this.#notesChanged.event;
  readonly outboxChanged = this.#outboxChanged.event;
  #running = new AbortController();
  #started = false;
  #syncing: Promise<void> | null = null;
  #failures = 0;
  /** Monotonic ms. */
  #notBefore = 0;
  #lastSync = Number.NEGATIVE_INFINITY;

  constructor(dependencies: Dependencies) {
    const { database, random, clock, onServerTime = async () => {} } = dependencies;
    this.#deps = dependencies;
    this.#reads = new ProgressReads(database);
    this.#outbox = new OutboxWrites(database, () => random.id());
    this.#unwritten = new UnwrittenReports({ clock, record: (report) => this.#outbox.record(report), caughtUp: () => this.#caughtUp() });
    this.#server = new ServerWrites(database);
    this.#sender = new Sender({
      ...dependencies,
      onServerTime,
      outbox: this.#outbox,
      server: this.#server,
      reading: () => this.#reading(),
      isHere: (account) => this.#account() === account,
    });
    this.#alarm = new Alarm(clock, () => void this.#syncOnce());
  }

  async report(snapshot: SessionSnapshot): Promise<LessonProgress> {
    const account = this.#requireAccount();
    const recordedAt = this.#reading();
    const durationMs = await this.#durationOf(snapshot.lessonId);
    await this.#unwritten.record({ account, snapshot, durationMs, recordedAt });
    this.#wake(Math.max(gatherMs, this.#lastSync + betweenSendsMs - this.#deps.clock.monotonic()));
    const known = await this.#reads.timeline(account, snapshot.timelineId);
    if (!known) throw new Error('A report that was just stored is not there');
    const shown = shownProgress(known, await this.#reads.eventsOf(account, snapshot.timelineId));
    this.#changed.emit([shown]);
    await this.#announceOutbox();
    return shown;
  }

  async lessons(): Promise<LessonProgress[]> {
    const account = this.#account();
    if (account === null) return [];
    const events = Map.groupBy(await this.#reads.events(account), ({ snapshot }) => snapshot.timelineId);
    const timelines = await this.#reads.timelines(account);
    return Promise.all(timelines.map(async (known) => shownProgress(await this.#withDuration(account, known), events.get(known.timelineId) ?? [])));
  }

  async finished(): Promise<ReadonlySet<string>> {
    const account = this.#account();
    if (account === null) return new Set();
    const unsent = new Set((await this.#reads.events(account)).map(({ snapshot }) => snapshot.lessonId));
    return new Set((await this.lessons()).filter(({ lessonId, done }) => done && !unsent.has(lessonId)).map(({ lessonId }) => lessonId));
  }

  async resumePoint(timelineId: string): Promise<{ positionMs: number; epoch: number }> {
    const account = this.#requireAccount();
    const state = currentState(await this.#reads.timeline(account, timelineId), await this.#reads.eventsOf(account, timelineId));
    return { positionMs: state.position?.ms ?? 0, epoch: state.epoch };
  }

  async recordNote(note: Note): Promise<void> {
    await this.#outbox.recordNote(this.#requireAccount(), note, this.#reading());
    this.#wake(gatherMs);
    this.#notesChanged.emit();
    await this.#announceOutbox();
  }

  async notes(): Promise<Note[]> {
    const account = this.#account();
    if (account === null) return [];
    const known = await this.#reads.notes(account);
    return currentNotes(known.map(({ note }) => note), (await this.#reads.noteEvents(account)).map(({ note }) => note));
  }

  async outbox(): Promise<OutboxView> {
    const account = this.#account();
    return account === null ? emptyOutbox : viewOutbox(this.#reads, account);
  }

  async sync(): Promise<OutboxView> {
    this.#forgive();
    // One that is under way may have looked into the outbox before.
    await this.#syncing;
    const account = this.#account();
    if (account !== null) {
      await this.#outbox.releaseHeld(account);
      await this.#outbox.releaseParked(account);
    }
    await this.#syncOnce();
    return this.outbox();
  }

  start(): () => Promise<void> {
    const { connectivity, accounts, random } = this.#deps;
    this.#running = new AbortController();
    this.#started = true;
    const stops = [
      connectivity.changed(({ status }) => {
        if (status !== 'online') return;
        this.#forgive();
        this.#wake(random.fraction() * spreadMs);
      }),
      accounts.changed(() => void this.#studentChanged()),
    ];
    void this.#outbox.returnInFlight().then(() => this.#wake(0));
    return async () => {
      this.#started = false;
      for (const stop of stops) stop();
      this.#alarm.clear();
      this.#running.abort();
      await this.#unwritten.close();
      await this.#syncing;
    };
  }

  async #caughtUp(): Promise<void> {
    this.#wake(gatherMs);
    this.#changed.emit(await this.lessons());
    await this.#announceOutbox();
  }

  #wake(ms: number): void {
    if (this.#started) this.#alarm.within(Math.max(ms, this.#notBefore - this.#deps.clock.monotonic(), 0));
  }

  #forgive(): void {
    this.#failures = 0;
    this.#notBefore = 0;
  }

  async #studentChanged(): Promise<void> {
    const account = this.#account();
    if (account !== null) await this.#outbox.releaseHeld(account);
    this.#changed.emit(await this.lessons());
    this.#notesChanged.emit();
    await this.#announceOutbox();
    this.#forgive();
    this.#wake(0);
  }

  /** One at a time. Never throws: what could not be sent waits, and the next try is set. */
  #syncOnce(): Promise<void> {
    return (this.#syncing ??= this.#sendAndPull().finally(() => (this.#syncing = null)));
  }

  async #sendAndPull(): Promise<void> {
    const account = this.#account();
    if (account === null) return;
    const { clock, logger } = this.#deps;
    this.#lastSync = clock.monotonic();
    try {
      await this.#sender.sendAll(account, this.#running.signal);
      await this.#pull(account);
      this.#forgive();
      this.#wake(timerMs);
    } catch (error) {
      if (!isTeachifyError(error)) logger.error('progress could not be synchronised', { error });
      this.#backOff(error);
    }
    if (this.#account() === account) {
      this.#changed.emit(await this.lessons());
      await this.#announceOutbox();
    }
  }

  /** Full jitter under a doubling ceiling, never sooner than the server asked. */
  #backOff(error: unknown): void {
    const { clock, random } = this.#deps;
    const ceiling = Math.min(longestBackOffMs, firstBackOffMs * 2 ** Math.min(this.#failures, 20));
    const asked = isTeachifyError(error) ? (error.retryAfter ?? 0) * 1000 : 0;
    const wait = Math.max(random.fraction() * ceiling, asked);
    this.#failures += 1;
    this.#notBefore = clock.monotonic() + wait;
    this.#wake(wait);
  }

  /** What other devices sent. */
  async #pull(account: string): Promise<void> {
    for (let more = true; more && this.#account() === account; ) {
      const { cursor } = await this.#reads.sync(account);
      const path = `${endpoints.progress()}?since=${cursor}`;
      const page = await this.#deps.api.request({ path, output: progressPullSchema, authorised: true, signal: this.#running.signal });
      await this.#server.pulled(account, page, Math.max(cursor, page.cursor));
      if (page.notes.length > 0) this.#notesChanged.emit();
      more = page.more && page.cursor > cursor;
    }
  }

  async #withDuration(account: string, known: Timeline): Promise<Timeline> {
    if (known.durationMs !== null) return known;
    const durationMs = await this.#durationOf(known.lessonId);
    if (durationMs !== null) await this.#server.saveDuration(account, known.timelineId, durationMs);
    return { ...known, durationMs };
  }

  async #durationOf(lessonId: string): Promise<number | null> {
    return this.#deps.catalog.lesson(lessonId).then(
      ({ durationMs }) => durationMs,
      () => null, // never seen, or the catalogue is being built anew
    );
  }

  async #announceOutbox(): Promise<void> {
    this.#outboxChanged.emit(await this.outbox());
  }

  #reading(): RecordedAt {
    const { clock } = this.#deps;
    return { bootId: clock.bootId, monotonicMs: Math.round(clock.monotonic()), wallMs: clock.now() };
  }

  #account(): string | null {
    return this.#deps.accounts.current()?.accountId ?? null;
  }

  #requireAccount(): string {
    const account = this.#account();
    if (account === null) throw new TeachifyError('signed_out', 'Nobody is signed in');
    return account;
  }
}
