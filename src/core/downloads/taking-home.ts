import { TeachifyError } from '../../shared/errors.ts';
import type { Quality } from '../../shared/models/quality.ts';
import type { Accounts } from '../accounts/ports.ts';
import type { Catalog } from '../catalog/ports.ts';
import type { PieceStore } from '../content/ports.ts';
import type { Entry } from './download-entry.ts';
import type { DownloadList } from './download-list.ts';
import type { DownloadRow } from './download-repository.ts';
import { giveBack } from './given-back.ts';
import { offerOf } from './plan.ts';
import type { QueueRunner } from './queue-runner.ts';
import type { Removals } from './removals.ts';

interface Dependencies {
  readonly list: DownloadList;
  readonly runner: QueueRunner;
  readonly removals: Pick<Removals, 'settled'>;
  readonly accounts: Pick<Accounts, 'current'>;
  readonly catalog: Pick<Catalog, 'lesson'>;
  readonly store: PieceStore;
  /** The list of the student who is here now is loaded. */
  readonly ready: () => Promise<void>;
  /** What is in the list goes on. */
  readonly resume: (entries: readonly Entry[]) => Promise<void>;
}

/** Puts lessons in the queue: new ones, known ones that go on, and other qualities of those that are here. */
export class TakingHome {
  readonly #deps: Dependencies;
  /** What was asked for last. */
  #last: Promise<void> = Promise.resolve();

  constructor(dependencies: Dependencies) {
    this.#deps = dependencies;
  }

  /** See Downloads.add. Throws signed_out where another student sits down before it is written down. */
  async add(lessonIds: readonly string[], quality: Quality): Promise<void> {
    const isHere = this.#seat();
    // One after the other: of two that know nothing of each other, both would be brought, and each would take what the other brought.
    const added = this.#last.then(() => this.#add(lessonIds, quality, isHere));
    this.#last = added.catch(() => {});
    await added.catch((error: unknown) => {
      // Whatever went wrong, it did because another one sits here by now.
      requireHere(isHere);
      throw error;
    });
  }

  async #add(lessonIds: readonly string[], quality: Quality, isHere: () => boolean): Promise<void> {
    const { list, runner, removals, catalog, ready, resume } = this.#deps;
    await removals.settled(lessonIds);
    await ready();
    const lessons = await Promise.all([...new Set(lessonIds)].map((lessonId) => catalog.lesson(lessonId)));
    requireHere(isHere);
    const offers = lessons.map((lesson) => ({ lesson, offer: offerOf(lesson, quality) }));
    if (offers.some(({ offer }) => !offer)) throw new TeachifyError('not_found', 'This lesson has nothing to take home');
    const rows: DownloadRow[] = [];
    const previous = new Map<string, Quality>();
    const left: Entry[] = [];
    let position = Math.max(-1, ...list.inOrder().map(({ row }) => row.position)) + 1;
    try {
      for (const { lesson, offer } of offers) {
        const known = list.get(lesson.id);
        if (!offer) continue;
        if (known?.row.quality === offer.quality) {
          await resume([known]);
          continue;
        }
        if (known) left.push(known);
        const playing = known && (await this.#leave(known));
        requireHere(isHere);
        if (playing) previous.set(lesson.id, playing);
        rows.push({
          ...{ lessonId: lesson.id, courseId: lesson.courseId, quality: offer.quality, position: position++ },
          ...{ state: 'queued', reason: null, bytesDone: 0, bytesTotal: offer.bytes, revision: 0 },
        });
      }
      requireHere(isHere);
      // What was removed while it stopped stays removed.
      const removed = new Set(left.flatMap((entry) => (list.holds(entry) ? [] : entry.row.lessonId)));
      await list.add(rows.filter(({ lessonId }) => !removed.has(lessonId)), previous);
    } finally {
      // Where the books refused, they are still in the list; when another student's list comes, none of them begins again.
      if (isHere()) for (const entry of left) entry.isLeaving = false;
    }
    if (!isHere()) return;
    runner.pump();
    // Gone back to the one that never left; it is ready without a line, too.
    for (const row of rows) {
      const entry = list.get(row.lessonId);
      if (entry && previous.get(row.lessonId) === row.quality) runner.beginAtOnce(entry);
    }
  }

  /** Another quality is to take the place of this one; gives the one that plays until it is ready, if any. */
  async #leave(entry: Entry): Promise<Quality | null> {
    const { store, runner, list } = this.#deps;
    const { account } = list;
    entry.isLeaving = true;
    await runner.stop(entry);
    const { lessonId, quality, revision } = entry.row;
    const playing = revision > 0 ? quality : entry.previous;
    if (playing !== quality) await giveBack(store, [{ account, lessonId, quality }]);
    return playing;
  }

  /** Whether who is here now still is by then. */
  #seat(): () => boolean {
    const { accounts, list } = this.#deps;
    const here = accounts.current()?.accountId;
    return () => here !== undefined && accounts.current()?.accountId === here && list.accountOrNull === here;
  }
}

/** What was asked for is not for the next one. */
function requireHere(isHere: () => boolean): void {
  if (!isHere()) throw new TeachifyError('signed_out', 'Who asked for it is not here any more');
}
