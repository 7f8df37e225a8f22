import type { FastifyPluginAsync } from 'fastify';
import { refreshRequestSchema, serverInfoSchema, signInRequestSchema, tokenResponseSchema } from '../../shared/api/auth.ts';
import { endpoints } from '../../shared/api/endpoints.ts';
import { body, type Services } from './services.ts';

export const authRoutes: FastifyPluginAsync<Services> = async (app, { sessions, guard, keys, serverInfo }) => {
  // RFC 6749 5.1: no cache keeps a token.
  app.addHook('onRequest', async (_, reply) => void reply.header('cache-control', 'no-store'));

  app.get(endpoints.server(), async (_, reply) => reply.wire(serverInfoSchema, await serverInfo()));

  app.get(endpoints.jwks(), async (_, reply) => reply.header('cache-control', 'public, max-age=300').type('application/jwk-set+json').send(JSON.stringify({ keys: keys.published })));

  app.post(endpoints.token(), async (request, reply) => {
    const { email, password, deviceId } = body(signInRequestSchema, request);
    const { id } = await guard.attempt({ email, address: request.ip }, () => sessions.recognise(email, password, request.ip));
    return reply.wire(tokenResponseSchema, await sessions.open(id, deviceId, request.ip));
  });

  app.post(endpoints.refresh(), async (request, reply) => {
    const { refreshToken } = body(refreshRequestSchema, request);
    return reply.wire(tokenResponseSchema, await sessions.refresh(refreshToken));
  });

  app.post(endpoints.signOut(), async (request, reply) => {
    await sessions.signOut(body(refreshRequestSchema, request).refreshToken);
    return reply.code(204).send();
  });
};
