import type { FastifyPluginAsync } from 'fastify';
import { z } from 'zod';
import { endpoints } from '../../shared/api/endpoints.ts';
import { progressBatchResponseSchema, progressBatchSchema, progressPullSchema } from '../../shared/api/progress.ts';
import { body, caller, parse, type Services } from './services.ts';

const querySchema = z.object({ since: z.coerce.number().int().nonnegative().default(0) });

export const progressRoutes: FastifyPluginAsync<Services> = async (app, { sessions, progress }) => {
  app.addHook('onRequest', async (_, reply) => void reply.header('cache-control', 'no-store'));

  app.post(endpoints.progressBatches(), { bodyLimit: 4 * 1024 * 1024 }, async (request, reply) => {
    const { id } = await caller(sessions, request);
    return reply.wire(progressBatchResponseSchema, await progress.take(id, body(progressBatchSchema, request)));
  });

  app.get(endpoints.progress(), async (request, reply) => {
    const { id } = await caller(sessions, request);
    const { since } = parse(querySchema, request.query);
    return reply.wire(progressPullSchema, await progress.since(id, since));
  });
};
