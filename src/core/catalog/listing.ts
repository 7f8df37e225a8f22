import { courseResponseSchema, coursesResponseSchema, type CourseResponse } from '../../shared/api/catalog.ts';
import { changesResponseSchema, type ChangesResponse } from '../../shared/api/changes.ts';
import { endpoints } from '../../shared/api/endpoints.ts';
import { isTeachifyError, TeachifyError } from '../../shared/errors.ts';
import type { TaggingApiClient, Tagged } from '../net/ports.ts';

/** Courses asked for at once. */
const parallel = 4;

interface Asking {
  /** Authorised. */
  readonly api: TaggingApiClient;
  /** Throws when the answers are no longer for the student who asked. */
  readonly requireHere: () => void;
  readonly signal?: AbortSignal | undefined;
}

/** What changed since a cursor, 0 for all there is. Null when nothing did since the answer of this ETag. */
export async function askChanges({ api, requireHere, signal }: Asking, since: number, etag: string | null): Promise<Tagged<ChangesResponse> | null> {
  const path = since === 0 ? endpoints.changes() : `${endpoints.changes()}?since=${since}`;
  const answer = await api.requestChanged({ path, output: changesResponseSchema, authorised: true, ...(signal ? { signal } : {}) }, etag);
  requireHere();
  return answer;
}

/** True when a school does not know this question, or not this cursor: an older one, or another program. */
export function cannotTellChanges(error: unknown): boolean {
  return (['not_found', 'bad_request', 'unexpected_answer'] as const).some((code) => isTeachifyError(error, code));
}

/** Everything or nothing, course by course: half an answer would hide courses. A course withdrawn between two questions is left out. */
export async function askEverything({ api, requireHere, signal }: Asking): Promise<CourseResponse[]> {
  const options = { authorised: true, ...(signal ? { signal } : {}) };
  const { courses } = await api.request({ path: endpoints.courses(), output: coursesResponseSchema, ...options });
  requireHere();
  const answers: (CourseResponse | null)[] = [];
  for (let index = 0; index < courses.length; index += parallel) {
    const asked = courses.slice(index, index + parallel).map(({ id }) =>
      api.request({ path: endpoints.course(id), output: courseResponseSchema, ...options }).catch((error: unknown) => {
        if (isTeachifyError(error, 'not_found') || isTeachifyError(error, 'not_enrolled')) return null;
        throw error;
      }),
    );
    answers.push(...(await Promise.all(asked)));
    requireHere();
  }
  return answers.filter((answer) => answer !== null);
}

export function studentLeft(): TeachifyError {
  return new TeachifyError('cancelled', 'The student left meanwhile');
}
