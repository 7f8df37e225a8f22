import type { AccountId, Leases } from '../accounts/ports.ts';
import type { PieceStore } from '../content/ports.ts';
import type { DownloadList } from './download-list.ts';
import type { DownloadRepository } from './download-repository.ts';
import { giveBack } from './given-back.ts';
import type { QueueRunner } from './queue-runner.ts';

interface Dependencies {
  readonly list: DownloadList;
  readonly rows: DownloadRepository;
  readonly runner: QueueRunner;
  readonly store: PieceStore;
  readonly leases: Pick<Leases, 'drop'>;
  /** The list of the student who is here now is loaded. */
  readonly ready: () => Promise<void>;
}

/** Lessons that are taken off this computer: the row first, then the claim, then the blocks. */
export class Removals {
  readonly #deps: Dependencies;
  /** By lesson, what still gives its bytes back. */
  readonly #underway = new Map<string, Promise<void>>();

  constructor(dependencies: Dependencies) {
    this.#deps = dependencies;
  }

  /** Of this student, whoever sits here; of the one whose list is loaded when none is named. */
  async remove(lessonIds: readonly string[], of?: AccountId): Promise<void> {
    const removal = this.#remove(lessonIds, of);
    const settled = removal.catch(() => {});
    for (const lessonId of lessonIds) this.#underway.set(lessonId, settled);
    try {
      await removal;
    } finally {
      for (const lessonId of lessonIds) if (this.#underway.get(lessonId) === settled) this.#underway.delete(lessonId);
    }
  }

  /** Resolves when none of these gives bytes back any more: they would take with them what comes again. */
  async settled(lessonIds: readonly string[]): Promise<void> {
    await Promise.all(lessonIds.map((lessonId) => this.#underway.get(lessonId)));
  }

  async #remove(lessonIds: readonly string[], of?: AccountId): Promise<void> {
    const { list, rows, runner, store, leases, ready } = this.#deps;
    await ready();
    const account = of ?? list.account;
    const isHere = account === list.accountOrNull;
    const entries = isHere ? lessonIds.map((lessonId) => list.find(lessonId)) : [];
    // Rows first: what a kill leaves of the rest is given back at the next start.
    if (isHere) await list.remove(entries);
    else await rows.remove(account, lessonIds);
    for (const lessonId of lessonIds) {
      const entry = entries.find(({ row }) => row.lessonId === lessonId);
      if (entry) await runner.stop(entry);
      await giveBack(store, await store.claims({ account, lessonId }));
      // One that plays goes on as one that was only streamed: its key is not taken from under it.
      if (!isHere || runner.watching !== lessonId) await leases.drop(account, lessonId);
    }
  }
}
