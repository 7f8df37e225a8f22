import { courseResponseSchema, coursesResponseSchema, type CourseResponse, type Lesson } from '../../shared/api/catalog.ts';
import { endpoints } from '../../shared/api/endpoints.ts';
import type { CatalogView, CourseView, LessonView } from '../../shared/contracts/catalog.ts';
import { isTeachifyError, TeachifyError } from '../../shared/errors.ts';
import type { Accounts, CurrentStudent } from '../accounts/ports.ts';
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import type { Logger } from '../base/logger.ts';
import type { Connection } from '../database/connection.ts';
import type { ApiClient, Transport } from '../net/ports.ts';
import { CatalogReads, CatalogWrites } from './catalog-repository.ts';
import type { Catalog } from './ports.ts';
import { Posters } from './posters.ts';

/** Courses asked for at once. */
const parallel = 4;

interface Dependencies {
  readonly database: Connection;
  /** Authorised. */
  readonly api: ApiClient;
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
    const courses = await this.#ask(student, signal);
    await this.#writes.replace(student.accountId, courses, this.#deps.clock.now());
    const paths = courses.flatMap(({ course, lessons }) => [course.posterUrl, ...lessons.map(({ posterUrl }) => posterUrl)]);
    await this.#keepPosters(student, paths.filter((path) => path !== null));
    const view = await this.#viewOf(student);
    if (this.#isHere(student)) this.#changed.emit(view);
    return view;
  }

  async poster(id: string): Promise<{ bytes: Uint8Array; mimeType: string } | null> {
    return this.#posters.picture(id);
  }

  /** Everything or nothing: half an answer would hide courses. A course withdrawn between two questions is left out. */
  async #ask(student: CurrentStudent, signal: AbortSignal | undefined): Promise<CourseResponse[]> {
    const options = { authorised: true, ...(signal ? { signal } : {}) };
    const { courses } = await this.#deps.api.request({ path: endpoints.courses(), output: coursesResponseSchema, ...options });
    const answers: (CourseResponse | null)[] = [];
    for (let index = 0; index < courses.length; index += parallel) {
      if (!this.#isHere(student)) throw new TeachifyError('cancelled', 'The student left meanwhile');
      const asked = courses.slice(index, index + parallel).map(({ id }) =>
        this.#deps.api.request({ path: endpoints.course(id), output: courseResponseSchema, ...options }).catch((error: unknown) => {
          if (isTeachifyError(error, 'not_found') || isTeachifyError(error, 'not_enrolled')) return null;
          throw error;
        }),
      );
      answers.push(...(await Promise.all(asked)));
    }
    return answers.filter((answer) => answer !== null);
  }

  async #keepPosters({ serverUrl }: CurrentStudent, paths: readonly string[]): Promise<void> {
    await this.#posters.register(serverUrl, paths);
    const ids = [...new Set(paths)].map((path) => this.#posters.idOf(serverUrl, path));
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

  #student(): CurrentStudent {
    const student = this.#deps.accounts.current();
    if (!student) throw new TeachifyError('signed_out', 'Nobody is signed in');
    return student;
  }
}

function withoutServerPaths({ videoUrl: _video, manifestUrl: _manifest, ...lesson }: Lesson): LessonView {
  return lesson;
}
