import type { DownloadItem } from '../../shared/contracts/downloads.ts';
import { TeachifyError, type ErrorCode } from '../../shared/errors.ts';
import type { Accounts } from '../accounts/ports.ts';
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import type { Catalog } from '../catalog/ports.ts';
import type { PieceStore } from '../content/ports.ts';
import { describeEntry, newEntry, type Entry } from './download-entry.ts';
import type { DownloadRepository, DownloadRow } from './download-repository.ts';
import { filesFor } from './fetch-order.ts';
import { throttle } from './throttle.ts';

const announceMs = 250;

interface Dependencies {
  readonly rows: DownloadRepository;
  readonly store: Pick<PieceStore, 'verified'>;
  readonly catalog: Pick<Catalog, 'view'>;
  readonly accounts: Pick<Accounts, 'current'>;
  readonly clock: Clock;
}

/** The downloads of the student who is here, as they lie on disk and as they stand now. */
export class DownloadList {
  readonly #deps: Dependencies;
  readonly #changed = new Emitter<DownloadItem[]>();
  /** Whose list this is; until another's is loaded, what ends is still written down for the one before. */
  #account: string | null = null;
  #wanted: string | null = null;
  #entries = new Map<string, Entry>();
  #loading: Promise<void> | null = null;
  readonly changed = this.#changed.event;
  /** Tells listeners, at most four times a second. */
  readonly announce: () => void;

  constructor(dependencies: Dependencies) {
    this.#deps = dependencies;
    this.announce = throttle(announceMs, dependencies.clock, () => this.#changed.emit(this.items()));
  }

  /** Loads the list of the student who is here now; `leaving` ends what another's list was doing. */
  async ready(leaving: () => Promise<void>): Promise<void> {
    const account = this.#deps.accounts.current()?.accountId ?? null;
    if (account !== this.#wanted) {
      this.#wanted = account;
      this.#loading = leaving().then(() => this.#load(account));
    }
    await this.#loading;
  }

  get account(): string {
    if (this.#account === null) throw new TeachifyError('signed_out', 'Nobody is signed in');
    return this.#account;
  }

  /** In the order of the queue. */
  inOrder(): Entry[] {
    return [...this.#entries.values()].sort((a, b) => a.row.position - b.row.position);
  }

  items(): DownloadItem[] {
    const now = this.#deps.clock.monotonic();
    return this.inOrder().map((entry) => {
      const bytesDone = this.bytesDone(entry);
      if (entry.activity === 'running') entry.speed.record(now, bytesDone);
      return describeEntry(entry, bytesDone);
    });
  }

  get(lessonId: string): Entry | undefined {
    return this.#entries.get(lessonId);
  }

  /** Throws not_found. */
  find(lessonId: string): Entry {
    const entry = this.#entries.get(lessonId);
    if (!entry) throw new TeachifyError('not_found', 'This lesson is not in the list of downloads');
    return entry;
  }

  /** False for an entry that was removed or belongs to a student who left. */
  holds(entry: Entry): boolean {
    return this.#entries.get(entry.row.lessonId) === entry;
  }

  async add(rows: readonly DownloadRow[]): Promise<void> {
    await this.#deps.rows.save(this.account, rows);
    for (const entry of await this.#describe(rows)) this.#entries.set(entry.row.lessonId, entry);
    this.announce();
  }

  async remove(entries: readonly Entry[]): Promise<void> {
    const lessonIds = entries.map(({ row }) => row.lessonId);
    for (const lessonId of lessonIds) this.#entries.delete(lessonId);
    await this.#deps.rows.remove(this.account, lessonIds);
    this.announce();
  }

  /** Writes down where downloads stand, all in one transaction. */
  async settle(entries: readonly Entry[], patch: Partial<Pick<DownloadRow, 'state' | 'revision'>>, reason: ErrorCode | null): Promise<void> {
    for (const entry of entries) {
      entry.row = { ...entry.row, ...patch, reason, bytesDone: this.bytesDone(entry) };
      entry.reason = reason;
    }
    this.announce();
    await this.#save(entries);
  }

  /** Gives every entry the place it has in `order`. */
  async reorder(order: readonly Entry[]): Promise<void> {
    order.forEach((entry, position) => {
      entry.row = { ...entry.row, position };
    });
    this.announce();
    await this.#save(order);
  }

  bytesDone({ content, row }: Entry): number {
    if (!content) return row.bytesDone;
    const bytes = filesFor(content, row.quality).reduce((sum, fileId) => sum + this.#deps.store.verified(fileId).bytes, 0);
    return Math.min(bytes, row.bytesTotal);
  }

  async #save(entries: readonly Entry[]): Promise<void> {
    const held = entries.filter((entry) => this.holds(entry));
    if (held.length > 0) await this.#deps.rows.save(this.account, held.map(({ row }) => row));
  }

  async #load(account: string | null): Promise<void> {
    const entries = account === null ? [] : await this.#describe(await this.#deps.rows.list(account));
    this.#account = account;
    this.#entries = new Map(entries.map((entry) => [entry.row.lessonId, entry]));
  }

  /** One look at the catalogue for all, so that a long queue costs no more than a short one. */
  async #describe(rows: readonly DownloadRow[]): Promise<Entry[]> {
    const { courses } = await this.#deps.catalog.view();
    const courseTitles = new Map(courses.map(({ id, title }) => [id, title]));
    const lessons = new Map(courses.flatMap((course) => course.lessons.map((lesson) => [lesson.id, lesson] as const)));
    return rows.map((row) =>
      newEntry({
        row,
        lessonTitle: lessons.get(row.lessonId)?.title ?? row.lessonId,
        courseTitle: courseTitles.get(row.courseId) ?? row.courseId,
        exact: true,
      }),
    );
  }
}
