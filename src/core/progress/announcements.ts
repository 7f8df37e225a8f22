import type { LessonProgress, OutboxView } from '../../shared/contracts/progress.ts';
import type { Choice } from '../../shared/models/choice.ts';
import type { Extent } from '../../shared/models/progress.ts';
import { inPortions } from '../base/breathe.ts';
import { Emitter } from '../base/emitter.ts';
import type { Catalog } from '../catalog/ports.ts';
import { emptyOutbox, viewOutbox } from './outbox-view.ts';
import type { ProgressReads } from './progress-reads.ts';
import type { Timeline } from './progress-rows.ts';
import type { ServerWrites } from './server-writes.ts';
import { shownProgress } from './shown-progress.ts';

/** So many lessons are read at once to be shown: each may have hundreds of sittings. */
const shownPortion = 10;

interface Dependencies {
  readonly reads: ProgressReads;
  readonly server: Pick<ServerWrites, 'saveExtent'>;
  readonly catalog: Pick<Catalog, 'lesson'>;
  /** The server's time, if one said it in this sitting. */
  readonly heardTime?: () => number | null;
  /** Whose progress is shown now; null while nobody is here. */
  readonly account: () => string | null;
}

/** What a student sees of the ledger, and who is told when it is other than before: always of whoever is here, never of one who left. */
export class Announcements {
  readonly #deps: Dependencies;
  readonly #changed = new Emitter<LessonProgress[]>();
  readonly #notesChanged = new Emitter<void>();
  readonly #choicesChanged = new Emitter<Choice[]>();
  readonly #outboxChanged = new Emitter<OutboxView>();
  readonly changed = this.#changed.event;
  readonly notesChanged = this.#notesChanged.event;
  readonly choicesChanged = this.#choicesChanged.event;
  readonly outboxChanged = this.#outboxChanged.event;

  constructor(dependencies: Dependencies) {
    this.#deps = dependencies;
  }

  /** What the student sees of these timelines, those that are known. */
  async shown(account: string, timelineIds: readonly string[]): Promise<LessonProgress[]> {
    const { reads } = this.#deps;
    const shown: LessonProgress[] = [];
    const installId = await reads.installId();
    for (const timelineId of timelineIds) {
      const known = await reads.timeline(account, timelineId);
      if (known) shown.push(shownProgress(await this.#withExtent(account, known), await reads.eventsOf(account, timelineId), installId));
    }
    return shown;
  }

  /** All of whoever is here, a portion at a time. */
  async lessons(): Promise<LessonProgress[]> {
    const account = this.#deps.account();
    if (account === null) return [];
    const lessons: LessonProgress[] = [];
    await inPortions(await this.#deps.reads.timelineIds(account), shownPortion, async (portion) => void lessons.push(...(await this.shown(account, portion))));
    return lessons;
  }

  async choices(): Promise<Choice[]> {
    const account = this.#deps.account();
    return account === null ? [] : this.#deps.reads.choices(account);
  }

  async outbox(): Promise<OutboxView> {
    const account = this.#deps.account();
    return account === null ? emptyOutbox : viewOutbox(this.#deps.reads, account, this.#deps.heardTime?.() ?? null);
  }

  /** How long a lesson is and what makes it done; null when it was never seen, or the catalogue is being built anew. */
  async extentOf(lessonId: string): Promise<Extent | null> {
    return this.#deps.catalog.lesson(lessonId).then(
      ({ durationMs, donePercent }) => ({ durationMs, donePercent }),
      () => null,
    );
  }

  /** Says to whoever is here what is known of these timelines now, a portion at a time. */
  async tell(account: string, timelineIds: Iterable<string>): Promise<void> {
    await inPortions([...timelineIds], shownPortion, async (portion) => {
      if (this.#deps.account() === account) this.#changed.emit(await this.shown(account, portion));
    });
  }

  /** What was just reported, and that it waits; to nobody when who watched has left meanwhile. */
  async tellReported(account: string, lesson: LessonProgress): Promise<void> {
    if (this.#deps.account() !== account) return;
    this.#changed.emit([lesson]);
    await this.tellOutbox();
  }

  async tellLessons(): Promise<void> {
    this.#changed.emit(await this.lessons());
    await this.tellOutbox();
  }

  tellNotes(): void {
    this.#notesChanged.emit();
  }

  async tellChoices(): Promise<void> {
    this.#choicesChanged.emit(await this.choices());
  }

  async tellOutbox(): Promise<void> {
    this.#outboxChanged.emit(await this.outbox());
  }

  /** All there is of the student who just came; nothing when another one sat down while this one's was read. */
  async tellEverything(): Promise<boolean> {
    const account = this.#deps.account();
    const [lessons, choices] = [await this.lessons(), await this.choices()];
    if (this.#deps.account() !== account) return false;
    this.#changed.emit(lessons);
    this.#notesChanged.emit();
    this.#choicesChanged.emit(choices);
    await this.tellOutbox();
    return true;
  }

  async #withExtent(account: string, known: Timeline): Promise<Timeline> {
    if (known.durationMs !== null) return known;
    const extent = await this.extentOf(known.lessonId);
    if (extent) await this.#deps.server.saveExtent(account, known.timelineId, extent);
    return { ...known, ...extent };
  }
}
