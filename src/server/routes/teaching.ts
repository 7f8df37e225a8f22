import { stringify } from 'csv-stringify/sync';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { endpoints } from '../../shared/api/endpoints.ts';
import { toWire } from '../../shared/api/codec.ts';
import { courseChangeSchema, courseReportSchema, type LessonReport, type StudentReport } from '../../shared/api/teaching.ts';
import { statementsOf } from '../services/xapi.ts';
import { body, caller, type Services } from './services.ts';

type OfCourse = { Params: { courseId: string } };

/** For teachers of a course. */
export const teachingRoutes: FastifyPluginAsync<Services> = async (app, { sessions, teaching, keys }) => {
  app.addHook('onRequest', async (_, reply) => void reply.header('cache-control', 'no-store'));

  app.get<OfCourse>(endpoints.teaching(':courseId'), async (request, reply) =>
    reply.wire(courseReportSchema, await teaching.report(await caller(sessions, request), request.params.courseId)),
  );

  // Asked before a body is looked at, so that a stranger learns nothing from what does not fit.
  const onRequest = async (request: FastifyRequest<OfCourse>) => void (await teaching.require(await caller(sessions, request), request.params.courseId));
  app.patch<OfCourse>(endpoints.teaching(':courseId'), { onRequest }, async (request, reply) => {
    const who = await caller(sessions, request);
    const { donePercent } = body(courseChangeSchema, request);
    await teaching.setDonePercent(who, request.params.courseId, donePercent);
    return reply.wire(courseReportSchema, await teaching.report(who, request.params.courseId));
  });

  app.get<OfCourse>(endpoints.teachingLessons(':courseId'), async (request, reply) => {
    const { courseId, lessons } = await teaching.report(await caller(sessions, request), request.params.courseId);
    return csv(reply, `${courseId}-lessons.csv`, lessons.map(lessonRow));
  });

  app.get<OfCourse>(endpoints.teachingStudents(':courseId'), async (request, reply) => {
    const { courseId, students } = await teaching.report(await caller(sessions, request), request.params.courseId);
    return csv(reply, `${courseId}-students.csv`, students.map(studentRow));
  });

  app.get<OfCourse>(endpoints.teachingStatements(':courseId'), async (request, reply) => {
    const known = await teaching.record(await caller(sessions, request), request.params.courseId);
    const statements = [...statementsOf(known, keys.schoolId)];
    // Not ours to rename: xAPI names its own keys.
    return reply.headers(download(`${known.course.id}-xapi.json`)).type('application/json; charset=utf-8').send(JSON.stringify(statements));
  });
};

/** RFC 4180; what a spreadsheet would run as a formula comes as text. */
function csv(reply: FastifyReply, fileName: string, rows: readonly Record<string, unknown>[]): FastifyReply {
  const text = stringify(rows.map((row) => toWire(row) as object), { header: true, escape_formulas: true, bom: true, record_delimiter: 'windows' });
  return reply.headers(download(fileName)).type('text/csv; charset=utf-8').send(text);
}

function download(fileName: string): { 'content-disposition': string } {
  return { 'content-disposition': `attachment; filename="${fileName.replace(/[^A-Za-z0-9._-]/g, '_')}"` };
}

function lessonRow({ stops, rewatched, ...lesson }: LessonReport): Record<string, unknown> {
  const bins = Object.fromEntries(stops.map((count, bin) => [`stop_${bin * 5}_percent`, count]));
  return { ...lesson, ...bins, rewatched: rewatched.map(({ startMs, endMs, students }) => `${startMs}-${endMs}:${students}`).join(' ') };
}

function studentRow({ lastSeen, ...student }: StudentReport): Record<string, unknown> {
  return { ...student, lastSeen: lastSeen === null ? '' : new Date(lastSeen).toISOString() };
}
