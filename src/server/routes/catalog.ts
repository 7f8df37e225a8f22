import { createHash } from 'node:crypto';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { changesQuerySchema, changesResponseSchema, leaseStandingsSchema } from '../../shared/api/changes.ts';
import { courseResponseSchema, coursesResponseSchema, lessonSchema } from '../../shared/api/catalog.ts';
import { toWire } from '../../shared/api/codec.ts';
import { endpoints } from '../../shared/api/endpoints.ts';
import { etagMatches } from '../etag.ts';
import { caller, parse, type Services } from './services.ts';

export const catalogRoutes: FastifyPluginAsync<Services> = async (app, { sessions, school, leases }) => {
  app.get(endpoints.courses(), async (request, reply) => {
    const { id } = await caller(sessions, request);
    return tagged(request, reply, coursesResponseSchema, { courses: await school.courses(id) });
  });

  app.get(endpoints.changes(), async (request, reply) => {
    const { id } = await caller(sessions, request);
    return tagged(request, reply, changesResponseSchema, await school.changes(id, parse(changesQuerySchema, request.query).since));
  });

  app.get(endpoints.leases(), async (request, reply) => {
    const { id, deviceId } = await caller(sessions, request);
    return reply.header('cache-control', 'no-store').wire(leaseStandingsSchema, { leases: await leases.standings(id, deviceId) });
  });

  app.get<{ Params: { courseId: string } }>('/api/courses/:courseId', async (request, reply) => {
    const { id } = await caller(sessions, request);
    return tagged(request, reply, courseResponseSchema, await school.course(id, request.params.courseId));
  });

  app.get<{ Params: { lessonId: string } }>('/api/lessons/:lessonId', async (request, reply) => {
    const { id } = await caller(sessions, request);
    return tagged(request, reply, lessonSchema, school.describe(await school.lessonFor(id, request.params.lessonId)));
  });
};

/** A listing with an ETag, so that asking again costs a few bytes. The schema is the compiler's witness of its shape. */
function tagged<Schema extends z.ZodType>(request: FastifyRequest, reply: FastifyReply, _schema: Schema, value: z.output<Schema>): FastifyReply {
  const text = JSON.stringify(toWire(value));
  const etag = `"${createHash('sha256').update(text).digest('hex').slice(0, 32)}"`;
  reply.headers({ etag, 'cache-control': 'private, no-cache' });
  if (etagMatches(request.headers['if-none-match'], etag)) return reply.code(304).send();
  return reply.type('application/json; charset=utf-8').send(text);
}
