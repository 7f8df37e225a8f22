import type { FastifyPluginAsync } from 'fastify';
import type { Services } from './services.ts';

/** For whoever watches over the process. */
export const healthRoutes: FastifyPluginAsync<Services> = async (app, { serverInfo }) => {
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async () => {
    await serverInfo(); // asks the database
    return { status: 'ready' };
  });
};
