import type { FastifyPluginAsync } from 'fastify';
import { plainProgressChangeSchema, plainProgressSchema } from '../../shared/api/progress-plain.ts';
import { endpoints } from '../../shared/api/endpoints.ts';
import { body, caller, type Services } from './services.ts';

export const plainProgressRoutes: FastifyPluginAsync<Services> = async (app, { sessions, school, plainProgress }) => {
  app.patch<{ Params: { lessonId: string } }>(endpoints.plainProgress(':lessonId'), async (request, reply) => {
    const { id } = await caller(sessions, request);
    const lesson = await school.lessonFor(id, request.params.lessonId);
    return reply.header('cache-control', 'no-store').wire(plainProgressSchema, await plainProgress.put(id, lesson.id, body(plainProgressChangeSchema, request)));
  });
};
