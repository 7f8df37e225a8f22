import type { ProgressReceiptResponse, RecordedAt } from '../../shared/api/progress.ts';
import type { LessonProgress, OutboxView } from '../../shared/contracts/progress.ts';
import { TeachifyError } from '../../shared/errors.ts';
import type { Choice } from '../../shared/models/choice.ts';
import { currentNotes, type Note } from '../../shared/models/note.ts';
import type { SessionSnapshot } from '../../shared/models/progress.ts';
import type { AccountId, Accounts } from '../accounts/ports.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Random } from '../base/random.ts';
import type { Catalog } from '../catalog/ports.ts';
import type { Connection } from '../database/connection.ts';
import type { ApiClient, Connectivity } from '../net/ports.ts';
import { Announcements } from './announcements.ts';
import { DoneShares } from './done-shares.ts';
import { Exchange } from './exchange.ts';
import { handIn, writeProgressFile } from './hand-in.ts';
import { OutboxWrites } from './outbox-writes.ts';
import type { Progress, ResumePoint } from './ports.ts';
import { ProgressReads } from './progress-reads.ts';
import { ServerWrites } from './server-writes.ts';
import { currentState } from './shown-progress.ts';
import { SittingsOf } from './sittings-of.ts';
import { SyncLoop } from './sync-loop.ts';
import { UnwrittenReports } from './unwritten-reports.ts';

/** Reports come every few seconds while playing: they gather so long before they go, and go no more often than that. */
const gatherMs = 2_000;
const betweenSendsMs = 15_000;
/** Further apart than that, the places of two machines are both offered. */
const farApartMs = 2 * 60_000;
const usualPortion = 50;

interface Dependencies {
  readonly database: Connection;
  /** Authorised. */
  readonly api: ApiClient;
  readonly accounts: Pick<Accounts, 'current' | 'changed'>;
  readonly catalog: Pick<Catalog, 'lesson' | 'lessons' | 'changed'>;
  readonly connectivity: Pick<Connectivity, 'changed'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** So many events or rows are taken or written at once, about two milliseconds of work. */
  readonly portion?: number;
  /** Told the server's time, ms since the Unix epoch. */
  readonly onServerTime?: (at: number) => Promise<void>;
  /** The server's time as far as this machine knows, ms since the Unix epoch. */
  readonly serverTime?: () => Promise<number>;
  /** As a server's word has it in this sitting; null without one. */
  readonly heardTime?: () => number | null;
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
  readonly #sittings = new SittingsOf();
  readonly #exchange: Exchange;
  readonly #shares: DoneShares;
  readonly #loop: SyncLoop;
  readonly #announcements: Announcements;
  readonly changed: Progress['changed'];
  readonly notesChanged: Progress['notesChanged'];
  readonly choicesChanged: Progress['choicesChanged'];
  readonly outboxChanged: Progress['outboxChanged'];
  #running = new AbortController();
  /** Someone signed in since the last sync began; what that one still sent by the session of before may have been held. */
  #hasCome = false;

  constructor(dependencies: Dependencies) {
    const { database, random, clock, portion = usualPortion, onServerTime = async () => {} } = dependencies;
    this.#deps = dependencies;
    this.#reads = new ProgressReads(database);
    this.#outbox = new OutboxWrites({ database, newId: () => random.id(), portion });
    this.#unwritten = new UnwrittenReports({ clock, record: (report) => this.#outbox.record(report), caughtUp: () => this.#caughtUp() });
    const server = new ServerWrites(database, portion);
    this.#announcements = new Announcements({ ...dependencies, reads: this.#reads, server, account: () => this.#account() });
    this.changed = this.#announcements.changed;
    this.notesChanged = this.#announcements.notesChanged;
    this.choicesChanged = this.#announcements.choicesChanged;
    this.outboxChanged = this.#announcements.outboxChanged;
    this.#exchange = new Exchange({
      ...dependencies,
      ...{ outbox: this.#outbox, server, reads: this.#reads, announcements: this.#announcements },
      ...{ onServerTime, serverTime: () => this.#serverTime(), reading: () => this.#reading(), isHere: (account) => this.#account() === account },
    });
    this.#shares = new DoneShares({
      ...{ ...dependencies, portion, reads: this.#reads, account: () => this.#account() },
      onChanged: async (account, timelineIds) => {
        await this.#announcements.tell(account, timelineIds);
        // What was done by the share of before, the school has written down.
        this.#loop.wake(gatherMs);
      },
    });
    this.#loop = new SyncLoop({ ...dependencies, sync: () => this.#sync() });
  }

  begin(sessionId: string, account: AccountId): void {
    this.#sittings.begin(sessionId, account);
  }

  async report(snapshot: SessionSnapshot): Promise<LessonProgress> {
    const account = this.#sittings.owner(snapshot.sessionId) ?? this.#requireAccount();
    const recordedAt = this.#reading();
    const extent = await this.#announcements.extentOf(snapshot.lessonId);
    await this.#unwritten.record({ account, snapshot, extent, recordedAt });
    this.#loop.wake(Math.max(gatherMs, this.#loop.msUntil(betweenSendsMs)));
    const [shown] = await this.#announcements.shown(account, [snapshot.timelineId]);
    if (!shown) throw new Error('A report that was just stored is not there');
    await this.#announcements.tellReported(account, shown);
    return shown;
  }

  lessons(): Promise<LessonProgress[]> {
    return this.#announcements.lessons();
  }

  async finished(): Promise<ReadonlySet<string>> {
    const account = this.#account();
    if (account === null) return new Set();
    const lessons = await this.lessons();
    const unsent = await this.#reads.unsent(account);
    const waiting = new Set(lessons.filter(({ timelineId }) => unsent.has(timelineId)).map(({ lessonId }) => lessonId));
    return new Set(lessons.filter(({ lessonId, done }) => done && !waiting.has(lessonId)).map(({ lessonId }) => lessonId));
  }

  async resumePoint(timelineId: string): Promise<ResumePoint> {
    return this.#resumePoint(this.#requireAccount(), timelineId);
  }

  async #resumePoint(account: AccountId, timelineId: string): Promise<ResumePoint> {
    const known = await this.#reads.timeline(account, timelineId);
    const { position, epoch } = currentState(known, await this.#reads.eventsOf(account, timelineId), await this.#reads.installId());
    const positionMs = position?.ms ?? 0;
    const here = known?.here?.epoch === epoch ? known.here.ms : null;
    return { positionMs, epoch, hereMs: here !== null && Math.abs(here - positionMs) >= farApartMs ? here : null };
  }

  async startAnew(timelineId: string, of?: AccountId): Promise<LessonProgress> {
    const account = of ?? this.#requireAccount();
    const known = await this.#reads.timeline(account, timelineId);
    if (!known) throw new TeachifyError('not_found', 'Nothing of this lesson was watched');
    const { epoch } = await this.#resumePoint(account, timelineId);
    const sessionId = this.#deps.random.id();
    this.begin(sessionId, account);
    return this.report({ sessionId, lessonId: known.lessonId, timelineId, epoch: epoch + 1, ranges: [], watchedMs: 0, positionMs: 0 });
  }

  async recordNote(note: Note): Promise<void> {
    await this.#outbox.recordNote(this.#requireAccount(), note, this.#reading());
    this.#loop.wake(gatherMs);
    this.#announcements.tellNotes();
    await this.#announcements.tellOutbox();
  }

  async recordChoices(choices: readonly Choice[]): Promise<void> {
    const account = this.#account();
    // A choice made before anyone signed in is the machine's.
    if (account === null) return;
    for (const choice of choices) await this.#outbox.recordChoice(account, choice, this.#reading());
    this.#loop.wake(gatherMs);
    await this.#announcements.tellOutbox();
  }

  choices(): Promise<Choice[]> {
    return this.#announcements.choices();
  }

  async notes(): Promise<Note[]> {
    const account = this.#account();
    if (account === null) return [];
    const known = await this.#reads.notes(account);
    return currentNotes(known.map(({ note }) => note), (await this.#reads.noteEvents(account)).map(({ note }) => note));
  }

  outbox(): Promise<OutboxView> {
    return this.#announcements.outbox();
  }

  async sync(): Promise<OutboxView> {
    this.#loop.forgive();
    // One that is under way may have looked into the outbox before.
    await this.#loop.idle();
    const account = this.#account();
    if (account !== null) {
      await this.#outbox.releaseHeld(account);
      await this.#outbox.releaseParked(account);
    }
    await this.#loop.once();
    return this.outbox();
  }

  async export(): Promise<{ fileName: string; text: string }> {
    const account = this.#requireAccount();
    const batch = await this.#outbox.freezeAll(account);
    return writeProgressFile({ account, batch, exportedAt: this.#reading(), writtenAt: await this.#serverTime() });
  }

  async handIn(text: string): Promise<ProgressReceiptResponse> {
    const answer = await handIn(this.#deps.api, text);
    this.#loop.wake(0);
    return answer;
  }

  start(): () => Promise<void> {
    const { connectivity, accounts, catalog, random } = this.#deps;
    this.#running = new AbortController();
    this.#loop.start();
    // What is read for who sits down takes its time; nothing is read once this has stopped.
    let seated: Promise<unknown> = this.#beginAgain().then(() => this.#loop.wake(0));
    const stops = [
      connectivity.changed(({ status }) => {
        if (status === 'online') void this.#returnWindowMs().then((window) => this.#loop.comeBackIn(random.fraction() * window));
      }),
      accounts.changed(() => void (seated = Promise.all([seated, this.#studentChanged()]))),
      catalog.changed(() => void this.#shares.follow()),
    ];
    return async () => {
      for (const stop of stops) stop();
      this.#running.abort();
      await Promise.allSettled([seated]);
      await this.#shares.idle();
      await this.#unwritten.close();
      await this.#loop.stop();
    };
  }

  /** What was in flight may or may not have arrived; what was held for whoever is here may go by now. */
  async #beginAgain(): Promise<void> {
    await this.#outbox.returnInFlight();
    const account = this.#account();
    if (account !== null) await this.#outbox.releaseHeld(account);
    await this.#shares.follow();
  }

  async #caughtUp(): Promise<void> {
    this.#loop.wake(gatherMs);
    await this.#announcements.tellLessons();
  }

  async #studentChanged(): Promise<void> {
    const account = this.#account();
    this.#hasCome = true;
    if (account !== null) await this.#outbox.releaseHeld(account);
    await this.#shares.follow();
    if (!(await this.#announcements.tellEverything())) return;
    this.#loop.forgive();
    this.#loop.wake(0);
  }

  /** A school whose line comes back does not arrive in one moment. */
  async #returnWindowMs(): Promise<number> {
    const account = this.#account();
    return account === null ? 0 : (await this.#reads.sync(account)).returnWindow * 1000;
  }

  async #sync(): Promise<void> {
    const account = this.#account();
    if (account === null) return;
    if (this.#hasCome) await this.#outbox.releaseHeld(account);
    this.#hasCome = false;
    try {
      await this.#exchange.run(account, this.#running.signal);
    } finally {
      // The catalogue may know by now how long they are.
      await this.#announcements.tell(account, await this.#reads.unmeasured(account));
      if (this.#account() === account) await this.#announcements.tellOutbox();
    }
  }

  #reading(): RecordedAt {
    const { clock } = this.#deps;
    return { bootId: clock.bootId, monotonicMs: Math.round(clock.lasting()), wallMs: clock.now() };
  }

  async #serverTime(): Promise<number> {
    return (await this.#deps.serverTime?.()) ?? this.#deps.clock.now();
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
