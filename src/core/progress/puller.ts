import { endpoints } from '../../shared/api/endpoints.ts';
import { progressPullSchema, type ChoiceRow, type NoteRow, type ProgressPull, type ProgressRow } from '../../shared/api/progress.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { ApiClient } from '../net/ports.ts';
import type { OutboxWrites } from './outbox-writes.ts';
import type { ProgressReads } from './progress-reads.ts';
import { unknownToServer } from './said-again.ts';
import type { ServerWrites } from './server-writes.ts';

export interface PullerSurroundings {
  readonly api: ApiClient;
  readonly reads: ProgressReads;
  readonly outbox: OutboxWrites;
  readonly server: ServerWrites;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The server's time as far as this machine knows, ms since the Unix epoch. */
  readonly serverTime?: () => Promise<number>;
  /** True while this account's student is at the machine: its token is the one that would be sent. */
  readonly isHere: (account: string) => boolean;
}

interface Dependencies extends PullerSurroundings {
  /** Told the timelines of which something else is known now. */
  readonly onProgress: (account: string, timelineIds: Iterable<string>) => Promise<void>;
  readonly onNotes: () => void;
  readonly onChoices: () => Promise<void>;
}

/** Brings what the student did on other machines. */
export class Puller {
  readonly #deps: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#deps = dependencies;
  }

  /** All that is new since the last time; true when something waits to be sent because of it. Throws what kept it. */
  async pullAll(account: string, signal: AbortSignal): Promise<boolean> {
    const { reads, server, isHere, onProgress, onNotes, onChoices } = this.#deps;
    for (let more = true; more && isHere(account); ) {
      const { cursor, history } = await reads.sync(account);
      // Asked from here on as whoever is here, so whoever came meanwhile must not be asked for.
      if (!isHere(account)) return false;
      const page = await this.#ask(cursor, signal);
      const isFirst = history === null && cursor === 0;
      if (page.history !== history && !isFirst) return this.#beginHistory(account, page.history, signal);
      await onProgress(account, await server.pulled(account, page, page));
      if (!isHere(account)) return false;
      if (page.notes.length > 0) onNotes();
      if (page.choices.length > 0) await onChoices();
      more = page.more && page.cursor > cursor;
    }
    return false;
  }

  /**
   * The school came back from a backup: of what it acknowledged since it knows nothing. Whatever this machine knows beyond what
   * it tells now, from here or from elsewhere, waits in the outbox before the ledger follows it; cut off in between, it is said twice.
   */
  async #beginHistory(account: string, history: string | null, signal: AbortSignal): Promise<boolean> {
    const { reads, server, outbox, clock, serverTime, logger, isHere, onProgress, onNotes, onChoices } = this.#deps;
    const told: { progress: ProgressRow[]; notes: NoteRow[]; choices: ChoiceRow[] } = { progress: [], notes: [], choices: [] };
    let cursor = 0;
    for (let more = true; more; ) {
      if (!isHere(account)) return false;
      const page = await this.#ask(cursor, signal);
      if (page.history !== history) return false;
      told.progress.push(...page.progress);
      told.notes.push(...page.notes);
      told.choices.push(...page.choices);
      more = page.more && page.cursor > cursor;
      cursor = page.cursor;
    }
    if (!isHere(account)) return false;
    const [timelines, notes, choices] = [await reads.timelines(account), await reads.notes(account), await reads.knownChoices(account)];
    const again = unknownToServer({ timelines, notes, choices }, told);
    // By the wall clock, since whatever it was is of another boot or of another machine.
    const wallAt = clock.now() - ((await serverTime?.()) ?? clock.now());
    await outbox.sayAgain(account, again.map(({ saying, at }) => ({ saying, recordedAt: { bootId: 'said-again', monotonicMs: 0, wallMs: Math.round(at + wallAt) } })));
    await server.beganAnew(account, told, { cursor, history });
    if (again.length > 0) logger.info('the school came back from a backup; what it does not know is said again', { events: again.length });
    await onProgress(account, await reads.timelineIds(account));
    onNotes();
    await onChoices();
    return again.length > 0;
  }

  #ask(cursor: number, signal: AbortSignal): Promise<ProgressPull> {
    return this.#deps.api.request({ path: `${endpoints.progress()}?since=${cursor}`, output: progressPullSchema, authorised: true, signal });
  }
}
