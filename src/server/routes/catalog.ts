import { createHash } from 'node:crypto';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { courseResponseSchema, coursesResponseSchema, lessonSchema } from '../../shared/api/catalog.ts';
import { toWire } from '../../shared/api/codec.ts';
import { endpoints } from '../../shared/api/endpoints.ts';
import { etagMatches } from '../etag.ts';
import { caller, type Services } from './services.ts';

export const catalogRoutes: FastifyPluginAsync<Services> = async (app, { sessions, school }) => {
  app.get(endpoints.courses(), async (request, reply) => {
    const { id } = await caller(sessions, request);
    return tagged(request, reply, coursesResponseSchema, { courses: await school.courses(id) });
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

/** A listing with an ETag, so that asking again costs a few bytes. */
function tagged<Schema extends z.ZodType>(request: FastifyRequest, reply: FastifyReply, schema: Schema, value: z.output<Schema>): FastifyReply {
  const etag = `"${createHash('sha256').update(JSON.stringify(toWire(value))).digest('hex').slice(0, 32)}"`;
  reply.headers({ etag, 'cache-control': 'private, no-cache' });
  if (etagMatches(request.headers['if-none-match'], etag)) return reply.code(304).send();
  return reply.wire(schema, value);
}
