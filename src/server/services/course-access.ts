import { TeachifyError } from '../../shared/errors.ts';
import { notEnrolled } from '../errors.ts';
import type { Store } from '../store/database.ts';
import type { Actor } from './audit.ts';

/** Throws forbidden for all but admins. */
export function requireAdmin({ role }: Actor): void {
  if (role !== 'admin') throw new TeachifyError('forbidden', 'This is for admins');
}

/** Throws not_enrolled for whoever does not teach the course, and for a course that does not exist: a stranger learns nothing. */
export async function requireTeacherOf(store: Store, { id, role }: Actor, courseId: string, at: number) {
  const course = await store.selectFrom('courses').selectAll().where('id', '=', courseId).executeTakeFirst();
  const place = await store.selectFrom('enrolments').select('until').where('person_id', '=', id).where('course_id', '=', courseId).executeTakeFirst();
  const isHere = place !== undefined && (place.until === null || Number(place.until) > at);
  if (!course || !(role === 'admin' || (role === 'teacher' && isHere))) throw notEnrolled();
  return course;
}

/** The same for a lesson, by its course. */
export async function requireTeacherOfLesson(store: Store, actor: Actor, lessonId: string, at: number) {
  const lesson = await store.selectFrom('lessons').selectAll().where('id', '=', lessonId).executeTakeFirst();
  if (!lesson) throw notEnrolled();
  await requireTeacherOf(store, actor, lesson.course_id, at);
  return lesson;
}
