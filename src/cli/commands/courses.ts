import { withCourses, type Context } from '../context.ts';
import { bytesInWords } from '../sentences.ts';

/** Courses and their lessons, with what each quality weighs. */
export function courses(context: Context): Promise<void> {
  return withCourses(context, async ({ catalog }) => {
    for (const course of (await catalog.view()).courses) {
      const lessons = course.lessons.map(({ id, title, durationMs, revision, qualities }) => ({ id, title, durationMs, revision, qualities }));
      const rows = lessons.map(({ id, title, qualities }) => `  ${id}  ${title}  (${qualities.map(({ quality, bytes }) => `${quality} ${bytesInWords(bytes)}`).join(', ')})`);
      context.output.tell('course', { id: course.id, title: course.title, lessons }, [`${course.id}  ${course.title}`, ...rows].join('\n'));
    }
  });
}
