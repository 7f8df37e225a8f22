import { courseResponseSchema, coursesResponseSchema, type CourseResponse, type Lesson } from '../../shared/api/catalog.ts';
import { endpoints, endpointUrl } from '../../shared/api/endpoints.ts';
import type { CatalogView, CourseView } from '../../shared/contracts/catalog.ts';
import { TeachifyError } from '../../shared/errors.ts';
import type { Accounts } from '../accounts/ports.ts';
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import type { Logger } from '../base/logger.ts';
import type { Connection } from '../database/connection.ts';
import type { ApiClient, Transport } from '../net/ports.ts';
import { CatalogRepository, type Poster } from './catalog-repository.ts';
import type { Catalog } from './ports.ts';

const maxPosterBytes = 2 * 1024 * 1024;

interface Dependencies {
  readonly database: Connection;
  readonly api: ApiClient;
  readonly transport: Transport;
  readonly accounts: Pick<Accounts, 'current' | 'changed'>;
  /** The app:// URL under which the shell serves a poster. */
  readonly posterUrl: (id: string) => string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Courses and lessons as last seen, at once and offline. */
export function createCatalog({ database, api, transport, accounts, posterUrl, clock, logger }: Dependencies): Catalog {
  const rows = new CatalogRepository(database);
  const changed = new Emitter<CatalogView>();

  const known = async (): Promise<CourseResponse[]> => {
    const student = accounts.current();
    return student ? rows.courses(student.accountId) : [];
  };
  const view = async (): Promise<CatalogView> => {
    const student = accounts.current();
    const courses = (await known()).map((course) => describe(course, posterUrl));
    return { courses, refreshedAt: student ? await rows.refreshedAt(student.accountId) : null };
  };
  const lesson = async (lessonId: string): Promise<Lesson> => {
    const found = (await known()).flatMap(({ lessons }) => lessons).find(({ id }) => id === lessonId);
    if (!found) throw new TeachifyError('not_found', 'This lesson is not in your courses');
    return found;
  };

  return {
    view,
    lesson,
    changed: changed.event,
    courseTitle: async (courseId) => (await known()).find(({ course }) => course.id === courseId)?.course.title ?? courseId,
    nextLesson: async (lessonId) => {
      const course = (await known()).find(({ lessons }) => lessons.some(({ id }) => id === lessonId));
      const index = course?.lessons.findIndex(({ id }) => id === lessonId) ?? -1;
      return course?.lessons[index + 1] ?? null;
    },
    refresh: async (signal) => {
      const student = accounts.current();
      if (!student) throw new TeachifyError('signed_out', 'Nobody is signed in');
      const options = { authorised: true, ...(signal ? { signal } : {}) };
      const { courses } = await api.request({ path: endpoints.courses(), output: coursesResponseSchema, ...options });
      const whole: CourseResponse[] = [];
      for (const { id } of courses) whole.push(await api.request({ path: endpoints.course(id), output: courseResponseSchema, ...options }));
      // Another student may have sat down meanwhile; these are still the first one's courses.
      await rows.replace(student.accountId, whole, clock.now());
      const now = await view();
      changed.emit(now);
      return now;
    },
    poster: async (id) => {
      const student = accounts.current();
      const all = await known();
      const path = all.find(({ course }) => course.id === id)?.course.posterUrl ?? all.flatMap(({ lessons }) => lessons).find((one) => one.id === id)?.posterUrl;
      if (!student || !path) return null;
      const kept = await rows.poster(student.serverUrl, path);
      if (kept) return kept;
      const fetched = await fetchPoster(transport, endpointUrl(student.serverUrl, path)).catch((error: unknown) => {
        logger.debug('a poster could not be fetched', { error });
        return null;
      });
      if (fetched) await rows.savePoster(student.serverUrl, path, fetched);
      return fetched;
    },
  };
}

/** `posterUrl` may name a lesson of the same id as its course; ids are unique over both in a school. */
function describe({ course, lessons }: CourseResponse, posterUrl: (id: string) => string): CourseView {
  return {
    ...course,
    posterUrl: course.posterUrl ? posterUrl(course.id) : null,
    lessons: lessons.map(({ videoUrl: _video, manifestUrl: _manifest, ...lesson }) => ({ ...lesson, posterUrl: lesson.posterUrl ? posterUrl(lesson.id) : null })),
  };
}

async function fetchPoster(transport: Transport, url: string): Promise<Poster | null> {
  const response = await transport({ method: 'GET', url, headers: {} });
  const mimeType = response.headers['content-type'] ?? '';
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > maxPosterBytes) return null;
  }
  return response.status === 200 && /^image\/(jpeg|png|webp)$/.test(mimeType) ? { mimeType, bytes: Buffer.concat(chunks) } : null;
}
