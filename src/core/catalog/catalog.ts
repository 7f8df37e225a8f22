import type { Lesson } from '../../shared/api/catalog.ts';
import type { CatalogView, CourseView, LessonView } from '../../shared/contracts/catalog.ts';
import { TeachifyError } from '../../shared/errors.ts';
import type { Accounts, CurrentStudent } from '../accounts/ports.ts';
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import type { Logger } from '../base/logger.ts';
import type { Connection } from '../database/connection.ts';
import type { TaggingApiClient, Transport } from '../net/ports.ts';
import { CatalogReads, CatalogWrites } from './catalog-repository.ts';
import { askChanges, askEverything, cannotTellChanges, studentLeft } from './listing.ts';
import type { Catalog } from './ports.ts';
import { Posters } from './posters.ts';

/** However exactly a school counts, so often all of it is listed anew: its posters may have moved, or its database was put back. */
const wholeAgainMs = 7 * 24 * 60 * 60 * 1000;

interface Dependencies {
  readonly database: Connection;
  /** Authorised. */
  readonly api: TaggingApiClient;
  readonly transport: Transport;
  readonly accounts: Pick<Accounts, 'current'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Where the renderer finds a poster. */
  readonly posterUrl?: (id: string) => string;
}

/** Courses and lessons as last seen by the student who is here. */
export function createCatalog(dependencies: Dependencies): Catalog {
  return new StoredCatalog(dependencies);
}

class StoredCatalog implements Catalog {
  readonly #deps: Dependencies;
  readonly #reads: CatalogReads;
  readonly #writes: CatalogWrites;
  readonly #posters: Posters;
  readonly #changed = new Emitter<CatalogView>();
  readonly changed = this.#changed.event;

  constructor(dependencies: Dependencies) {
    this.#deps = dependencies;
    this.#reads = new CatalogReads(dependencies.database);
    this.#writes = new CatalogWrites(dependencies.database);
    this.#posters = new Posters(dependencies);
  }

  async view(): Promise<CatalogView> {
    const student = this.#deps.accounts.current();
    return student ? this.#viewOf(student) : { courses: [], refreshedAt: null };
  }

  async lesson(lessonId: string): Promise<Lesson> {
    const student = this.#student();
    const lesson = await this.#reads.lesson(student.accountId, lessonId);
    if (!lesson) throw new TeachifyError('not_found', 'This lesson was never seen');
    return this.#withPoster(student, lesson);
  }

  async lessons(): Promise<readonly Lesson[]> {
    const student = this.#deps.accounts.current();
    return student ? this.#reads.lessons(student.accountId) : [];
  }

  async courseTitle(courseId: string): Promise<string> {
    const course = await this.#reads.course(this.#student().accountId, courseId);
    if (!course) throw new TeachifyError('not_found', 'This course was never seen');
    return course.title;
  }

  async nextLesson(lessonId: string): Promise<Lesson | null> {
    const student = this.#student();
    const next = await this.#reads.lessonAfter(student.accountId, await this.lesson(lessonId));
    return next ? this.#withPoster(student, next) : null;
  }

  async refresh(signal?: AbortSignal): Promise<CatalogView> {
    const student = this.#student();
    await this.#bringUpToDate(student, signal);
    await this.#keepPosters(student);
    const view = await this.#viewOf(student);
    if (this.#isHere(student)) this.#changed.emit(view);
    return view;
  }

  async poster(id: string): Promise<{ bytes: Uint8Array; mimeType: string } | null> {
    return this.#posters.picture(id);
  }

  /** By what changed since the last time where the school can tell, else by all there is. */
  async #bringUpToDate(student: CurrentStudent, signal: AbortSignal | undefined): Promise<void> {
    const asking = { api: this.#deps.api, requireHere: () => this.#requireHere(student), signal };
    try {
      if (await this.#takeChanges(student, asking)) return;
      const all = await askChanges(asking, 0, null);
      if (all) return await this.#writes.replace(student.accountId, all.value.courses, this.#deps.clock.now(), all.value.cursor);
    } catch (error) {
      if (!cannotTellChanges(error)) throw error;
    }
    await this.#writes.replace(student.accountId, await askEverything(asking), this.#deps.clock.now());
  }

  /** False when all has to be listed. */
  async #takeChanges({ accountId }: CurrentStudent, asking: Parameters<typeof askChanges>[0]): Promise<boolean> {
    const known = await this.#reads.cursor(accountId);
    const now = this.#deps.clock.now();
    if (!known || Math.abs(now - known.listedAt) > wholeAgainMs) return false;
    const answer = await askChanges(asking, known.cursor, known.etag);
    if (!answer) {
      await this.#writes.confirm(accountId, now);
      return true;
    }
    const { value, etag } = answer;
    // A school that was put back to an earlier day counts from there.
    if (value.cursor < known.cursor) return false;
    return this.#writes.apply(accountId, known.cursor, value, value.cursor === known.cursor ? etag : null, now);
  }

  async #keepPosters({ accountId, serverUrl }: CurrentStudent): Promise<void> {
    const items = [...(await this.#reads.courses(accountId)), ...(await this.#reads.lessons(accountId))];
    const paths = [...new Set(items.flatMap(({ posterUrl }) => posterUrl ?? []))];
    await this.#posters.register(serverUrl, paths);
    const ids = paths.map((path) => this.#posters.idOf(serverUrl, path));
    // Nobody waits for pictures; the view shows them as they come.
    void this.#posters.fetchMissing(ids).catch((error: unknown) => this.#deps.logger.debug('posters were not kept', { error }));
  }

  async #viewOf(student: CurrentStudent): Promise<CatalogView> {
    const lessons = Map.groupBy(await this.#reads.lessons(student.accountId), ({ courseId }) => courseId);
    const courses = (await this.#reads.courses(student.accountId)).map((course): CourseView => {
      const own = (lessons.get(course.id) ?? []).map((lesson) => this.#withPoster(student, withoutServerPaths(lesson)));
      return { ...this.#withPoster(student, course), lessons: own };
    });
    return { courses, refreshedAt: await this.#reads.refreshedAt(student.accountId) };
  }

  #withPoster<Item extends { posterUrl: string | null }>({ serverUrl }: CurrentStudent, item: Item): Item {
    const address = this.#deps.posterUrl ?? ((id) => `app://teachify/media/poster/${id}`);
    return { ...item, posterUrl: item.posterUrl === null ? null : address(this.#posters.idOf(serverUrl, item.posterUrl)) };
  }

  #isHere({ accountId }: CurrentStudent): boolean {
    return this.#deps.accounts.current()?.accountId === accountId;
  }

  #requireHere(student: CurrentStudent): void {
    if (!this.#isHere(student)) throw studentLeft();
  }

  #student(): CurrentStudent {
    const student = this.#deps.accounts.current();
    if (!student) throw new TeachifyError('signed_out', 'Nobody is signed in');
    return student;
  }
}

function withoutServerPaths({ videoUrl: _video, manifestUrl: _manifest, donePercent: _share, ...lesson }: Lesson): LessonView {
  return lesson;
}
