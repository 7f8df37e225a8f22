import { z } from 'zod';
import type { ProgressState } from '../../shared/models/progress.ts';
import { inPortions } from '../base/breathe.ts';
import type { Logger } from '../base/logger.ts';
import type { Catalog } from '../catalog/ports.ts';
import type { Connection } from '../database/connection.ts';
import { guarded } from '../database/failures.ts';
import type { ProgressReads } from './progress-reads.ts';
import { currentState } from './shown-progress.ts';

const shareRow = z.object({ timeline_id: z.string(), lesson_id: z.string(), done_percent: z.int() });

interface Dependencies {
  readonly database: Connection;
  readonly reads: Pick<ProgressReads, 'timeline' | 'eventsOf' | 'installId'>;
  readonly catalog: Pick<Catalog, 'lessons'>;
  readonly logger: Logger;
  readonly portion: number;
  readonly account: () => string | null;
  readonly onChanged: (account: string, timelineIds: readonly string[]) => Promise<void>;
}

/**
 * How much of each lesson makes it done: a course may say something else by now than when its lessons were last watched. What was
 * done by a share of before stays done, as it does at the school, which may tell so only later (docs/sync.md).
 */
export class DoneShares {
  readonly #deps: Dependencies;
  #following: Promise<void> = Promise.resolve();

  constructor(dependencies: Dependencies) {
    this.#deps = dependencies;
  }

  /** Takes over what the catalogue says. Never throws: what cannot be read or written now is taken over with the next listing. */
  follow(): Promise<void> {
    this.#following = this.#following.then(() => this.#follow()).catch((error: unknown) => this.#deps.logger.warn('what makes lessons done was not taken over', { error }));
    return this.#following;
  }

  /** Resolves when nothing is under way. */
  idle(): Promise<void> {
    return this.#following;
  }

  async #follow(): Promise<void> {
    const { database, catalog, portion, account: current, onChanged } = this.#deps;
    const account = current();
    if (account === null) return;
    const shares = new Map((await catalog.lessons()).map(({ id, donePercent }) => [id, donePercent]));
    const known = guarded('ledger', () => database.prepare('SELECT timeline_id, lesson_id, done_percent FROM progress WHERE account = ?').all(account));
    const changed = known.flatMap((row) => {
      const { timeline_id: timelineId, lesson_id: lessonId, done_percent: before } = shareRow.parse(row);
      const share = shares.get(lessonId);
      return share === undefined || share === before ? [] : [{ timelineId, share, isMore: share > before }];
    });
    if (changed.length === 0) return;
    await inPortions(changed, portion, async (rows) => {
      const done = new Map<string, number>();
      for (const { timelineId, isMore } of rows) {
        const state = isMore ? await this.#currentState(account, timelineId) : null;
        if (state?.done) done.set(timelineId, state.epoch);
      }
      guarded('ledger', () => {
        const keep = database.prepare("UPDATE progress SET state = json_set(state, '$.done', json('true')) WHERE account = ? AND timeline_id = ? AND state ->> '$.epoch' = ?");
        const update = database.prepare('UPDATE progress SET done_percent = ? WHERE account = ? AND timeline_id = ?');
        const follow = () => {
          for (const [timelineId, epoch] of done) keep.run(account, timelineId, epoch);
          for (const { timelineId, share } of rows) update.run(share, account, timelineId);
        };
        database.transaction(follow).immediate();
      });
    });
    await onChanged(account, changed.map(({ timelineId }) => timelineId));
  }
  async #currentState(account: string, timelineId: string): Promise<ProgressState> {
    const { reads } = this.#deps;
    return currentState(await reads.timeline(account, timelineId), await reads.eventsOf(account, timelineId), await reads.installId());
  }
}
