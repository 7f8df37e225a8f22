import { maxBatchEvents, progressBatchResponseSchema, progressPullSchema, type ProgressBatchResponse } from '../../shared/api/progress.ts';
import { endpoints } from '../../shared/api/endpoints.ts';
import type { LessonProgress, OutboxView } from '../../shared/contracts/progress.ts';
import { isTeachifyError, TeachifyError } from '../../shared/errors.ts';
import type { SessionSnapshot } from '../../shared/models/progress.ts';
import type { Accounts } from '../accounts/ports.ts';
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import type { Logger } from '../base/logger.ts';
import type { Random } from '../base/random.ts';
import type { Catalog } from '../catalog/ports.ts';
import type { Connection } from '../database/connection.ts';
import type { ApiClient, Connectivity } from '../net/ports.ts';
import { ProgressRepository, type OutboxRow } from './progress-repository.ts';
import type { Progress } from './ports.ts';
import { shownProgress } from './shown-progress.ts';

/** Reports of one sitting come every few seconds; so long they may gather in one row before it is sent. */
const gatherMs = 3_000;
const timerMs = 60_000;
const longestBackOffMs = 5 * 60_000;
const shownItems = 200;

interface Dependencies {
  readonly database: Connection;
  readonly api: ApiClient;
  readonly accounts: Pick<Accounts, 'current' | 'changed'>;
  readonly catalog: Pick<Catalog, 'lesson' | 'view'>;
  readonly connectivity: Pick<Connectivity, 'state' | 'changed'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** See DESIGN.md, "Progress never goes backwards, is never lost, never counted twice". */
export function createProgress(dependencies: Dependencies): Progress {
  return new StudentProgress(dependencies);
}

class StudentProgress implements Progress {
  readonly #deps: Dependencies;
  readonly #rows: ProgressRepository;
  readonly #changed = new Emitter<LessonProgress[]>();
  readonly #outboxChanged = new Emitter<OutboxView>();
  #syncing: Promise<OutboxView> | null = null;
  #again = false;
  #failures = 0;
  #notBefore = 0;
  readonly changed = this.#changed.event;
  readonly outboxChanged = this.#outboxChanged.event;

  constructor(dependencies: Dependencies) {
    this.#deps = dependencies;
    this.#rows = new ProgressRepository(dependencies.database);
  }

  async report(snapshot: SessionSnapshot): Promise<LessonProgress> {
    const { clock, catalog } = this.#deps;
    const account = this.#requireAccount();
    const { durationMs } = await catalog.lesson(snapshot.lessonId);
    await this.#rows.record(account, snapshot, durationMs, this.#reading());
    this.#wakeAt = clock.monotonic() + gatherMs;
    const lessons = await this.#announce();
    const own = lessons.find(({ timelineId }) => timelineId === snapshot.timelineId);
    if (!own) throw new Error('A report that was just stored is not shown');
    return own;
  }

  async lessons(): Promise<LessonProgress[]> {
    const account = this.#deps.accounts.current()?.accountId;
    if (account === undefined) return [];
    const { courses } = await this.#deps.catalog.view();
    const durations = new Map(courses.flatMap(({ lessons }) => lessons.map(({ id, durationMs }) => [id, durationMs] as const)));
    return shownProgress(await this.#rows.serverRows(account), await this.#rows.outbox(account), durations);
  }

  async resumePoint(timelineId: string): Promise<{ positionMs: number; epoch: number }> {
    const account = this.#requireAccount();
    const shown = (await this.lessons()).find((lesson) => lesson.timelineId === timelineId);
    const server = (await this.#rows.serverRows(account)).find(({ row }) => row.timelineId === timelineId);
    const own = (await this.#rows.outbox(account)).filter(({ snapshot }) => snapshot.timelineId === timelineId);
    const epoch = Math.max(0, server?.row.epoch ?? 0, ...own.map(({ snapshot }) => snapshot.epoch));
    return { positionMs: shown?.positionMs ?? 0, epoch };
  }

  async outbox(): Promise<OutboxView> {
    const account = this.#deps.accounts.current()?.accountId;
    const rows = account === undefined ? [] : await this.#rows.outbox(account);
    return {
      waiting: rows.filter(({ state }) => state !== 'parked').length,
      parked: rows.filter(({ state }) => state === 'parked').length,
      lastSentAt: account === undefined ? null : await this.#rows.lastSentAt(account),
      items: rows
        .toReversed()
        .slice(0, shownItems)
        .map(({ sequence, state, reason, snapshot, recordedAt }) => ({
          ...{ sequence, lessonId: snapshot.lessonId, state, reason },
          ...{ recordedAt: recordedAt.wallMs, watchedMs: snapshot.watchedMs },
        })),
    };
  }

  async sync(): Promise<OutboxView> {
    if (this.#syncing) {
      this.#again = true;
      return this.#syncing;
    }
    this.#syncing = this.#flushAndPull().finally(() => {
      this.#syncing = null;
      if (!this.#again) return;
      this.#again = false;
      void this.sync();
    });
    return this.#syncing;
  }

  #wakeAt: number | null = null;

  start(): () => Promise<void> {
    const { connectivity, accounts, clock } = this.#deps;
    const closing = new AbortController();
    const stops = [
      connectivity.changed(({ status }) => void (status === 'online' && this.#syncNow())),
      accounts.changed(() => void this.#accountChanged()),
    ];
    let lastTimer = clock.monotonic();
    const tick = async () => {
      await this.#rows.returnInFlight();
      void this.sync();
      while (await clock.sleep(500, closing.signal).then(() => true, () => false)) {
        const now = clock.monotonic();
        const due = (this.#wakeAt !== null && now >= this.#wakeAt) || now - lastTimer >= timerMs;
        if (!due || now < this.#notBefore || connectivity.state().status === 'offline') continue;
        lastTimer = now;
        this.#wakeAt = null;
        await this.sync();
      }
    };
    const ticking = tick();
    return async () => {
      closing.abort();
      for (const stop of stops) stop();
      await ticking;
      await this.#syncing;
    };
  }

  #syncNow(): Promise<OutboxView> {
    this.#failures = 0;
    this.#notBefore = 0;
    return this.sync();
  }

  async #accountChanged(): Promise<void> {
    const account = this.#deps.accounts.current()?.accountId;
    if (account !== undefined) await this.#rows.releaseHeld(account);
    await this.#announce();
    await this.#syncNow();
  }

  async #flushAndPull(): Promise<OutboxView> {
    const { accounts, logger, clock, random } = this.#deps;
    const student = accounts.current();
    if (!student) return this.outbox();
    try {
      while (await this.#sendBatch(student.accountId)) await this.#announce();
      await this.#pull(student.accountId);
      this.#failures = 0;
    } catch (error) {
      if (!isTeachifyError(error)) logger.error('progress could not be sent', { error });
      const ceiling = Math.min(longestBackOffMs, 2_000 * 2 ** this.#failures);
      const asked = isTeachifyError(error) ? (error.retryAfter ?? 0) * 1000 : 0;
      this.#failures += 1;
      this.#notBefore = clock.monotonic() + Math.max(random.fraction() * ceiling, asked);
      this.#wakeAt = this.#notBefore;
    }
    await this.#announce();
    return this.outbox();
  }

  /** True when a batch was sent and more may wait. */
  async #sendBatch(account: string): Promise<boolean> {
    const { api, random, clock } = this.#deps;
    // Another student may have sat down: nothing is ever sent with someone else's token.
    if (this.#deps.accounts.current()?.accountId !== account) return false;
    const rows = await this.#rows.take(account, maxBatchEvents);
    if (rows.length === 0) return false;
    const sequences = rows.map(({ sequence }) => sequence);
    const nonce = random.id();
    try {
      const events = rows.map(({ sequence, recordedAt, snapshot }) => ({ sequence, kind: 'watched' as const, recordedAt, snapshot }));
      const body = { installId: await this.#rows.installId(), nonce, sentAt: this.#reading(), events };
      const answer = await api.request({ method: 'POST', path: endpoints.progressBatches(), body, output: progressBatchResponseSchema, authorised: true });
      if (answer.nonce !== nonce) throw new TeachifyError('captive_portal', 'The answer is not one to our question');
      await this.#settle(account, rows, answer, clock.now());
      return answer.results.some(({ outcome }) => outcome === 'fork' || outcome === 'applied');
    } catch (error) {
      const auth = isTeachifyError(error) && (error.code === 'session_expired' || error.code === 'signed_out');
      await this.#rows.putBack(sequences, auth ? 'held' : 'pending', auth ? 'session_expired' : null);
      throw error;
    }
  }

  async #settle(account: string, rows: readonly OutboxRow[], answer: ProgressBatchResponse, now: number): Promise<void> {
    const outcomes = new Map(answer.results.map((result) => [result.sequence, result]));
    const acknowledged: number[] = [];
    const parked: { sequence: number; reason: string }[] = [];
    const retry: number[] = [];
    let forked = false;
    for (const { sequence } of rows) {
      const result = outcomes.get(sequence);
      const outcome = result?.outcome ?? 'retry';
      if (outcome === 'applied' || outcome === 'duplicate' || outcome === 'superseded') acknowledged.push(sequence);
      else if (outcome === 'reject') parked.push({ sequence, reason: result?.reason ?? 'refused' });
      else retry.push(sequence);
      forked ||= outcome === 'fork';
    }
    await this.#rows.settle(account, { acknowledged, parked, retry, progress: answer.progress }, now);
    if (forked) await this.#rows.fork(this.#deps.random.id());
  }

  async #pull(account: string): Promise<void> {
    const { api, clock } = this.#deps;
    for (let more = true; more; ) {
      const since = await this.#rows.cursor(account);
      const page = await api.request({ path: `${endpoints.progress()}?since=${since}`, output: progressPullSchema, authorised: true });
      await this.#rows.pulled(account, page.progress, page.cursor, clock.now());
      more = page.more;
    }
  }

  #reading() {
    const { clock } = this.#deps;
    return { bootId: clock.bootId, monotonicMs: clock.monotonic(), wallMs: clock.now() };
  }

  #requireAccount(): string {
    const student = this.#deps.accounts.current();
    if (!student) throw new TeachifyError('signed_out', 'Nobody is signed in');
    return student.accountId;
  }

  async #announce(): Promise<LessonProgress[]> {
    const lessons = await this.lessons();
    this.#changed.emit(lessons);
    this.#outboxChanged.emit(await this.outbox());
    return lessons;
  }
}
