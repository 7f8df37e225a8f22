import { readFile, rm, stat } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { endpoints } from '../../shared/api/endpoints.ts';
import {
  courseEditSchema,
  enrolmentReportSchema,
  enrolmentSchema,
  enrolmentsResponseSchema,
  lessonEditSchema,
  managedCourseResponseSchema,
  managedCourseSchema,
  managedCoursesResponseSchema,
  managedLessonSchema,
  newAttachmentSchema,
  newCourseSchema,
  newEnrolmentSchema,
  orderSchema,
} from '../../shared/api/school.ts';
import { TeachifyError } from '../../shared/errors.ts';
import { largestAttachment } from '../services/attachments.ts';
import { requireAdmin } from '../services/course-access.ts';
import type { Caller } from '../services/sessions.ts';
import { body, caller, type Services } from './services.ts';

interface CourseParams {
  Params: { courseId: string };
}
interface LessonParams {
  Params: { lessonId: string };
}

/** Courses, their lessons and who is in them. For those who teach the course, and admins. */
export const courseRoutes: FastifyPluginAsync<Services> = async (app, { sessions, courses, enrolments, enrolList, attachments, uploads, sources }) => {
  app.addHook('onRequest', async (_, reply) => void reply.header('cache-control', 'no-store'));
  app.addContentTypeParser('text/csv', { parseAs: 'string', bodyLimit: 2 * 1024 * 1024 }, (_, text, done) => done(null, text));

  /** Asked before a body is looked at, so that a stranger learns nothing from what does not fit. */
  const admitted = async (request: FastifyRequest<{ Params: { courseId: string } | { lessonId: string } }>): Promise<Caller> => {
    const who = await caller(sessions, request);
    await courses.admit(who, request.params);
    return who;
  };

  app.get(endpoints.managedCourses(), async (request, reply) => reply.wire(managedCoursesResponseSchema, { courses: await courses.list(await caller(sessions, request)) }));
  app.post(endpoints.managedCourses(), async (request, reply) => {
    const who = await caller(sessions, request);
    if (who.role === 'student') throw new TeachifyError('forbidden', 'This is for teachers');
    return reply.code(201).wire(managedCourseSchema, await courses.create(who, body(newCourseSchema, request)));
  });
  app.put(endpoints.courseOrder(), async (request, reply) => {
    const who = await caller(sessions, request);
    requireAdmin(who);
    await courses.order(who, body(orderSchema, request).ids);
    return reply.code(204).send();
  });
  app.get<CourseParams>(endpoints.managedCourse(':courseId'), async (request, reply) =>
    reply.wire(managedCourseResponseSchema, await courses.get(await admitted(request), request.params.courseId)),
  );
  app.patch<CourseParams>(endpoints.managedCourse(':courseId'), async (request, reply) => {
    const who = await admitted(request);
    return reply.wire(managedCourseSchema, await courses.edit(who, request.params.courseId, body(courseEditSchema, request)));
  });
  app.delete<CourseParams>(endpoints.managedCourse(':courseId'), async (request, reply) => {
    await courses.remove(await admitted(request), request.params.courseId);
    return reply.code(204).send();
  });
  app.put<CourseParams>(endpoints.lessonOrder(':courseId'), async (request, reply) => {
    const who = await admitted(request);
    await courses.orderLessons(who, request.params.courseId, body(orderSchema, request).ids);
    return reply.code(204).send();
  });

  app.get<CourseParams>(endpoints.enrolments(':courseId'), async (request, reply) =>
    reply.wire(enrolmentsResponseSchema, { enrolments: await enrolments.list(await admitted(request), request.params.courseId) }),
  );
  app.post<CourseParams>(endpoints.enrolments(':courseId'), async (request, reply) => {
    const who = await admitted(request);
    return reply.wire(enrolmentSchema, await enrolments.enrol(who, request.params.courseId, body(newEnrolmentSchema, request)));
  });
  app.post<CourseParams>(endpoints.enrolmentList(':courseId'), { bodyLimit: 2 * 1024 * 1024 }, async (request, reply) => {
    const who = await admitted(request);
    const text = request.body;
    if (typeof text !== 'string') throw new TeachifyError('bad_request', 'Send the list as text/csv');
    return reply.wire(enrolmentReportSchema, await enrolList(who, request.params.courseId, text));
  });
  app.delete<{ Params: { courseId: string; personId: string } }>(endpoints.enrolment(':courseId', ':personId'), async (request, reply) => {
    await enrolments.withdraw(await admitted(request), request.params.courseId, request.params.personId);
    return reply.code(204).send();
  });

  app.patch<LessonParams>(endpoints.managedLesson(':lessonId'), async (request, reply) => {
    const who = await admitted(request);
    return reply.wire(managedLessonSchema, await courses.editLesson(who, request.params.lessonId, body(lessonEditSchema, request)));
  });
  app.delete<LessonParams>(endpoints.managedLesson(':lessonId'), async (request, reply) => {
    await courses.removeLesson(await admitted(request), request.params.lessonId);
    return reply.code(204).send();
  });
  app.post<LessonParams>(endpoints.managedAttachments(':lessonId'), async (request, reply) => {
    const who = await admitted(request);
    const { uploadId, name } = body(newAttachmentSchema, request);
    const file = await uploads.fileOf(uploadId, who.id);
    if ((await stat(file)).size > largestAttachment) throw new TeachifyError('payload_too_large', 'No attachment is larger than 100 MiB');
    await attachments.attach(who, request.params.lessonId, name, await readFile(file));
    const spent = join(sources, randomUUID());
    await uploads.take(uploadId, who.id, spent);
    await rm(spent, { force: true });
    return reply.code(204).send();
  });
  app.delete<{ Params: { lessonId: string; name: string } }>(endpoints.managedAttachment(':lessonId', ':name'), async (request, reply) => {
    await attachments.detach(await admitted(request), request.params.lessonId, request.params.name);
    return reply.code(204).send();
  });
};
