import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { serverInfoSchema, tokenResponseSchema } from '../../src/shared/api/auth.ts';
import { courseResponseSchema, coursesResponseSchema, signedManifestSchema, type CourseResponse, type Lesson } from '../../src/shared/api/catalog.ts';
import { fromWire, toWire } from '../../src/shared/api/codec.ts';
import { endpoints, endpointUrl } from '../../src/shared/api/endpoints.ts';
import { progressPullSchema, type ProgressRow } from '../../src/shared/api/progress.ts';

/** What the course server knows and gives, asked of it directly, past the app and its line. */
export interface ServerView {
  courses(): Promise<CourseResponse[]>;
  manifestText(lessonId: string): Promise<string>;
  /** A published file's bytes. */
  media(sha256: string): Promise<Uint8Array>;
  /** The student's progress in a lesson; undefined when the server has heard of none. */
  progress(lessonId: string): Promise<ProgressRow | undefined>;
}

/** Signs in as the demo student from a device of its own. */
export async function viewServer(serverUrl: string): Promise<ServerView> {
  let token = '';
  const ask = async <Schema extends z.ZodType>(schema: Schema, path: string, body?: unknown): Promise<z.output<Schema>> => {
    const response = await fetch(endpointUrl(serverUrl, path), {
      headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), 'content-type': 'application/json' },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(toWire(body)) }),
    });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return fromWire(schema, await response.json());
  };
  const signIn = async () => {
    const { demo } = await ask(serverInfoSchema, endpoints.server());
    if (!demo) throw new Error('The server is no demo');
    token = (await ask(tokenResponseSchema, endpoints.token(), { ...demo, deviceId: `test-${randomUUID()}` })).accessToken;
  };
  await signIn();
  return {
    courses: async () => {
      const { courses } = await ask(coursesResponseSchema, endpoints.courses());
      return Promise.all(courses.map(({ id }) => ask(courseResponseSchema, endpoints.course(id))));
    },
    manifestText: async (lessonId) => (await ask(signedManifestSchema, endpoints.manifest(lessonId))).payload,
    media: async (sha256) => new Uint8Array(await (await fetch(endpointUrl(serverUrl, endpoints.media(sha256)))).arrayBuffer()),
    progress: async (lessonId) => (await ask(progressPullSchema, endpoints.progress())).progress.find((row) => row.lessonId === lessonId),
  };
}

/** The first lesson at least so long, with its course. */
export function longLesson(courses: readonly CourseResponse[], minutes: number): { lesson: Lesson; course: CourseResponse['course'] } {
  for (const { course, lessons } of courses) {
    const lesson = lessons.find(({ durationMs, manifestUrl }) => manifestUrl !== null && durationMs >= minutes * 60_000);
    if (lesson) return { lesson, course };
  }
  throw new Error(`No lesson of ${minutes} minutes in this school`);
}
