import type { FastifyPluginAsync } from 'fastify';
import { endpoints } from '../../shared/api/endpoints.ts';
import { progressBatchResponseSchema, progressBatchSchema, progressPullSchema, progressQuerySchema, progressReceiptResponseSchema } from '../../shared/api/progress.ts';
import { progressFileSchema } from '../../shared/models/progress-file.ts';
import { gzipBody } from '../gzip-body.ts';
import { body, caller, parse, type Services } from './services.ts';

export const progressRoutes: FastifyPluginAsync<Services> = async (app, { sessions, progress, progressFiles }) => {
  app.addHook('onRequest', async (_, reply) => void reply.header('cache-control', 'no-store'));

  app.post(endpoints.progressBatches(), { bodyLimit: 4 * 1024 * 1024, preParsing: gzipBody }, async (request, reply) => {
    const { id } = await caller(sessions, request);
    return reply.wire(progressBatchResponseSchema, await progress.take(id, body(progressBatchSchema, request)));
  });

  app.post(endpoints.progressFiles(), { bodyLimit: 32 * 1024 * 1024, preParsing: gzipBody }, async (request, reply) =>
    reply.wire(progressReceiptResponseSchema, await progressFiles.take(await caller(sessions, request), body(progressFileSchema, request))),
  );

  app.get(endpoints.progress(), async (request, reply) => {
    const { id } = await caller(sessions, request);
    const { since } = parse(progressQuerySchema, request.query);
    return reply.wire(progressPullSchema, await progress.since(id, since));
  });
};
