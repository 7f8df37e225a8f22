import { dateOfEvent, maxBatchEvents, progressBatchResponseSchema, type ProgressBatchResponse, type RecordedAt } from '../../shared/api/progress.ts';
import { endpoints } from '../../shared/api/endpoints.ts';
import { isTeachifyError, TeachifyError } from '../../shared/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { Random } from '../base/random.ts';
import type { ApiClient } from '../net/ports.ts';
import { eventOnWire } from './event-on-wire.ts';
import type { OutboxWrites } from './outbox-writes.ts';
import type { Batch, OutboxEvent } from './progress-rows.ts';
import type { ServerWrites, Verdict } from './server-writes.ts';
import { readVerdict } from './verdict.ts';

/** JSON; gzip makes about a tenth of it. */
const maxBatchBytes = 256 * 1024;
/** A server that cries fork again and again is not to be believed at once. */
const forksAtOnce = 3;

export interface SenderSurroundings {
  readonly api: ApiClient;
  readonly outbox: OutboxWrites;
  readonly server: ServerWrites;
  readonly random: Random;
  readonly logger: Logger;
  readonly reading: () => RecordedAt;
  /** True while this account's student is at the machine: its token is the one that would be sent. */
  readonly isHere: (account: string) => boolean;
  /** The server's time as far as this machine knows, ms since the Unix epoch. */
  readonly serverTime: () => Promise<number>;
  /** Told the server's time, ms since the Unix epoch. */
  readonly onServerTime: (at: number) => Promise<void>;
}

interface Dependencies extends SenderSurroundings {
  /** Told the timelines of which something else is known now. */
  readonly onSettled: (account: string, timelineIds: ReadonlySet<string>) => Promise<void>;
}

/** Sends one account's events, one batch in flight at a time, until none waits. */
export class Sender {
  readonly #deps: Dependencies;
  #limit = maxBatchEvents;

  constructor(dependencies: Dependencies) {
    this.#deps = dependencies;
  }

  /**
   * Resolves when nothing is left to send, or the student left. Throws what kept it from sending, with every event still
   * in the ledger; `retryAfter` is what the server asked for.
   */
  async sendAll(account: string, signal: AbortSignal): Promise<void> {
    let forks = 0;
    while (this.#deps.isHere(account)) {
      const batch = await this.#deps.outbox.take(account, this.#limit, maxBatchBytes);
      if (batch.events.length === 0) return;
      const forked = await this.#sendBatch(account, batch, signal);
      if (forked && ++forks > forksAtOnce) throw new TeachifyError('unexpected_answer', 'The server takes none of our sequences');
    }
  }

  /** True when the server says that our sequences are used; what was not taken is numbered anew. */
  async #sendBatch(account: string, batch: Batch, signal: AbortSignal): Promise<boolean> {
    const sentAt = this.#deps.reading();
    const answer = await this.#ask(account, batch, sentAt, signal);
    if (!answer) return false;
    await this.#deps.onServerTime(answer.serverTime);
    const { verdict, forked } = readVerdict(batch, answer);
    const settlement = { ...verdict, account, installId: batch.installId, sentAt, returnWindow: answer.returnWindow, history: answer.history };
    await this.#deps.onSettled(account, await this.#deps.server.settle(settlement));
    if (forked) {
      this.#deps.logger.warn('our sequences are used by someone else; taking a new install id');
      await this.#deps.outbox.fork();
    } else if (isOvertaken(verdict)) {
      await this.#deps.outbox.overtaken(account);
    }
    this.#limit = Math.min(answer.maxBatch, maxBatchEvents, Math.max(this.#limit, batch.events.length) * 2);
    const settled = batch.events.length - verdict.again.length;
    if (settled === 0 && !forked) {
      const [first] = batch.events;
      if (first && batch.events.length === 1) await this.#deps.outbox.countFailure(account, first);
      throw new TeachifyError('server_error', 'The server took nothing of this batch', { retryAfter: answer.retryAfter ?? undefined });
    }
    if (answer.retryAfter) throw new TeachifyError('rate_limited', 'The server asks to wait', { retryAfter: answer.retryAfter });
    return forked;
  }

  /** Null when the batch itself was the trouble and smaller ones are to be tried at once. */
  async #ask(account: string, { installId, events }: Batch, sentAt: RecordedAt, signal: AbortSignal): Promise<ProgressBatchResponse | null> {
    const nonce = this.#deps.random.id();
    const body = {
      installId,
      nonce,
      sentAt,
      events: events.map(eventOnWire),
    };
    const request = { method: 'POST' as const, path: endpoints.progressBatches(), body, gzip: true, output: progressBatchResponseSchema, authorised: true, signal };
    try {
      if (!this.#deps.isHere(account)) throw new TeachifyError('signed_out', 'The student left meanwhile');
      const answer = await this.#deps.api.request(request);
      if (answer.nonce !== nonce) throw new TeachifyError('captive_portal', 'The answer is not to our question');
      return answer;
    } catch (error) {
      const refusesUs = isTeachifyError(error) && (error.code === 'session_expired' || error.code === 'signed_out' || error.code === 'forbidden');
      const sequences = events.map(({ sequence }) => sequence);
      await this.#deps.outbox.putBack(sequences, refusesUs ? 'held' : 'pending', refusesUs ? error.code : null);
      if (await this.#isThisBatch(account, error, events)) return null;
      throw error;
    }
  }

  /** Halves what is sent at once when the batch may be the reason; parks a single event that is, or counts that it failed. */
  async #isThisBatch(account: string, error: unknown, events: readonly OutboxEvent[]): Promise<boolean> {
    const [first] = events;
    if (!isTeachifyError(error) || !first) return false;
    const alone = events.length === 1;
    const refused = error.code === 'bad_request' || error.code === 'payload_too_large';
    const failed = error.code === 'server_error' || error.code === 'timeout';
    if (refused || failed) this.#limit = Math.max(1, Math.floor(events.length / 2));
    if (refused && alone) await this.#deps.outbox.park(first.sequence, error.code, dateOfEvent(first.recordedAt, this.#deps.reading(), await this.#deps.serverTime()));
    if (failed && alone) await this.#deps.outbox.countFailure(account, first);
    return refused;
  }
}

/** Something newer was taken than what waits on. */
function isOvertaken({ acknowledged, superseded, again, held }: Verdict): boolean {
  const newest = Math.max(0, ...[...acknowledged, ...superseded].map(({ sequence }) => sequence));
  return [...again, ...held.map(({ event }) => event)].some(({ sequence }) => sequence < newest);
}
