import type { DownloadChanges, DownloadItem } from '../../shared/contracts/downloads.ts';
import { TeachifyError, type ErrorCode } from '../../shared/errors.ts';
import { qualitySchema, type Quality } from '../../shared/models/quality.ts';
import type { Accounts } from '../accounts/ports.ts';
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import type { Catalog } from '../catalog/ports.ts';
import type { FileId, KeptBytes, LessonContent, LessonContents, PieceStore } from '../content/ports.ts';
import { describeEntry, newEntry, type Entry } from './download-entry.ts';
import type { DownloadRepository, DownloadRow } from './download-repository.ts';
import { filesFor } from './fetch-order.ts';
import { weighHere } from './plan.ts';
import { throttle } from './throttle.ts';
import { ToldList } from './told-list.ts';

const announceMs = 250;
/** While something runs it is told at least so often, so that a line that brings nothing is seen to bring nothing. */
const runningMs = 1_000;

interface Dependencies {
  readonly rows: DownloadRepository;
  readonly store: Pick<PieceStore, 'verified' | 'keptBytes' | 'storedBytes'>;
  readonly contents: Pick<LessonContents, 'stored' | 'described'>;
  readonly catalog: Pick<Catalog, 'lesson' | 'lessons' | 'courseTitle'>;
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
  readonly #changes = new Emitter<DownloadChanges>();
  readonly #told = new ToldList();
  /** Which files an entry needs: asked for four times a second, and the same for as long as its content is. */
  readonly #files = new WeakMap<Entry, { readonly content: LessonContent; readonly files: readonly FileId[] }>();
  readonly #closing = new AbortController();
  #isWatched = false;
  readonly changed = this.#changed.event;
  readonly changes = this.#changes.event;
  /** Tells listeners, at most four times a second. */
  readonly announce: () => void;

  constructor(dependencies: Dependencies) {
    this.#deps = dependencies;
    this.announce = throttle(announceMs, dependencies.clock, () => this.#announce());
  }

  #announce(): void {
    const items = this.items();
    this.#changed.emit(items);
    const changes = this.#told.tell(items);
    if (changes) this.#changes.emit(changes);
    if (!this.#isWatched && items.some(({ state }) => state === 'running')) void this.#watch();
  }

  async #watch(): Promise<void> {
    this.#isWatched = true;
    const slept = await this.#deps.clock.sleep(runningMs, this.#closing.signal).then(() => true, () => false);
    this.#isWatched = false;
    if (slept) this.announce();
  }

  /** Nobody looks any more: a program that ends does not wait for the next look. */
  close(): void {
    this.#closing.abort();
  }

  /** All of it, for somebody who will then follow the changes. */
  whole(): DownloadItem[] {
    this.#told.forget();
    return this.items();
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

  /** Null while nobody's list is loaded. */
  get accountOrNull(): string | null {
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

  /** `previous`: what of a lesson plays until its new row is ready. */
  async add(rows: readonly DownloadRow[], previous: ReadonlyMap<string, Quality> = new Map()): Promise<void> {
    const { account } = this;
    await this.#deps.rows.save(account, rows);
    const entries = await this.#describe(rows, previous);
    // Who left meanwhile finds them at the next sitting.
    if (account !== this.#account) return;
    for (const entry of entries) this.#entries.set(entry.row.lessonId, entry);
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
      entry.row = { ...entry.row, ...patch, reason, bytesDone: this.#bytesHere(entry) };
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

  bytesDone(entry: Entry): number {
    return entry.row.state === 'ready' ? entry.row.bytesDone : this.#bytesHere(entry);
  }

  #bytesHere(entry: Entry): number {
    const { content, row } = entry;
    if (!content) return row.bytesDone;
    const bytes = this.#filesOf(entry, content).reduce((sum, fileId) => sum + this.#deps.store.verified(fileId).bytes, 0);
    return Math.min(bytes, row.bytesTotal);
  }

  #filesOf(entry: Entry, content: LessonContent): readonly FileId[] {
    const known = this.#files.get(entry);
    if (known?.content === content) return known.files;
    const files = filesFor(content, entry.row.quality);
    this.#files.set(entry, { content, files });
    return files;
  }

  async #save(entries: readonly Entry[]): Promise<void> {
    const held = entries.filter((entry) => this.holds(entry));
    if (held.length > 0) await this.#deps.rows.save(this.account, held.map(({ row }) => row));
  }

  async #load(account: string | null): Promise<void> {
    const entries = account === null ? [] : await this.#entriesOf(account);
    this.#account = account;
    this.#entries = new Map(entries.map((entry) => [entry.row.lessonId, entry]));
  }

  /**
   * What the pieces say is what counts: bytes that became durable after a row was last written, as when the power goes, count
   * at once; and a lesson that lost some while another student was here is not ready.
   */
  async #entriesOf(account: string): Promise<Entry[]> {
    const kept = new Map<string, KeptBytes[]>();
    for (const claim of await this.#deps.store.keptBytes(account)) kept.set(claim.lessonId, [...(kept.get(claim.lessonId) ?? []), claim]);
    const others = new Map<string, Quality[]>();
    const rows = (await this.#deps.rows.list(account)).map((row): DownloadRow => {
      const claims = kept.get(row.lessonId) ?? [];
      const bytes = Math.min(row.bytesTotal, claims.find(({ quality }) => quality === row.quality)?.bytes ?? 0);
      if (row.state === 'ready') return bytes < row.bytesTotal ? { ...row, state: 'queued', revision: 0, bytesDone: bytes } : row;
      others.set(row.lessonId, claims.flatMap(({ quality }) => (quality === row.quality ? [] : (qualitySchema.safeParse(quality).data ?? []))));
      return { ...row, bytesDone: Math.max(row.bytesDone, bytes) };
    });
    const previous = new Map<string, Quality>();
    for (const [lessonId, qualities] of others) {
      for (const quality of qualities) if (await this.#isWhole(lessonId, quality)) previous.set(lessonId, quality);
    }
    return this.#describe(rows, previous);
  }

  /** By the books: nobody is asked and nothing is hashed. */
  async #isWhole(lessonId: string, quality: Quality): Promise<boolean> {
    try {
      const here = await weighHere(await this.#deps.catalog.lesson(lessonId), quality, this.#deps);
      return here !== null && here.presentBytes >= here.bytes;
    } catch {
      // What cannot be read does not play either.
      return false;
    }
  }

  /** One look at the catalogue for all, so that a long queue costs no more than a short one. */
  async #describe(rows: readonly DownloadRow[], previous: ReadonlyMap<string, Quality>): Promise<Entry[]> {
    const { catalog } = this.#deps;
    const lessons = new Map((await catalog.lessons()).map((lesson) => [lesson.id, lesson]));
    const titles = new Map<string, string>();
    for (const courseId of new Set(rows.map((row) => row.courseId))) titles.set(courseId, await catalog.courseTitle(courseId).catch(() => courseId));
    return rows.map((row) => {
      const lesson = lessons.get(row.lessonId);
      return newEntry({
        row,
        lessonTitle: lesson?.title ?? row.lessonId,
        courseTitle: titles.get(row.courseId) ?? row.courseId,
        source: sourceOf(lesson?.videoUrl),
        exact: (lesson?.manifestUrl ?? null) !== null,
        previous: previous.get(row.lessonId) ?? null,
      });
    });
  }
}

/** The school's own videos have paths; an address is another house's. */
function sourceOf(videoUrl: string | undefined): string | null {
  return videoUrl === undefined ? null : (URL.parse(videoUrl)?.hostname ?? null);
}
