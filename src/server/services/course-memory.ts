import { courseResponseSchema, type CourseResponse } from '../../shared/api/catalog.ts';
import type { SharedCounts } from '../limits/shared-counts.ts';

/** What is the same for everyone enrolled in a course, made once and not once for each student. */
export interface CourseMemory {
  /** The course as `make` describes it, which reads no earlier state than that of this version. */
  recall(courseId: string, version: number, make: () => Promise<CourseResponse>): Promise<CourseResponse>;
}

/** A version is never described twice differently, but for a database that was put back to an earlier day. */
const rememberedMs = 60_000;
const mostRemembered = 200;

interface Dependencies {
  readonly now: () => number;
  /** The school's other servers, when there is a Redis. */
  readonly shared: Pick<SharedCounts, 'recall' | 'keep'> | null;
  /** Tells this school, and how it describes, from others that share the Redis. */
  readonly scope: string;
}

export function createCourseMemory({ now, shared, scope }: Dependencies): CourseMemory {
  const known = new Map<string, { readonly course: Promise<CourseResponse>; readonly until: number }>();

  const describe = async (name: string, make: () => Promise<CourseResponse>): Promise<CourseResponse> => {
    const text = await shared?.recall(name);
    const told = text ? readCourse(text) : null;
    if (told) return told;
    const course = await make();
    // Nobody waits for it.
    void shared?.keep(name, JSON.stringify(course), rememberedMs);
    return course;
  };

  return {
    recall: (courseId, version, make) => {
      const name = JSON.stringify(['course', scope, courseId, version]);
      const found = known.get(name);
      if (found && found.until > now()) return found.course;
      const course = describe(name, make);
      known.delete(name);
      known.set(name, { course, until: now() + rememberedMs });
      if (known.size > mostRemembered) known.delete(known.keys().next().value ?? name);
      course.catch(() => known.delete(name));
      return course;
    },
  };
}

/** Null for what another version of this program wrote and this one does not understand. */
function readCourse(text: string): CourseResponse | null {
  try {
    return courseResponseSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
