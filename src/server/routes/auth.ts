import rateLimit from '@fastify/rate-limit';
import type { FastifyPluginAsync } from 'fastify';
import { refreshRequestSchema, serverInfoSchema, signInRequestSchema, tokenResponseSchema } from '../../shared/api/auth.ts';
import { endpoints } from '../../shared/api/endpoints.ts';
import { TeachifyError } from '../../shared/errors.ts';
import { body, type Services } from './services.ts';

/** A class of sixty behind one address signs in at once; a guesser of one account is held back. */
const perAccount = { max: 10, timeWindow: 60_000 };
const perAddress = { max: 300, timeWindow: 60_000 };

export const authRoutes: FastifyPluginAsync<Services> = async (app, { sessions, serverInfo }) => {
  // RFC 6749 5.1: no cache keeps a token.
  app.addHook('onRequest', async (_, reply) => void reply.header('cache-control', 'no-store'));

  app.get(endpoints.server(), async (_, reply) => reply.wire(serverInfoSchema, await serverInfo()));

  await app.register(async (limited) => {
    const refuse = (_: unknown, context: { ttl: number }) =>
      new TeachifyError('rate_limited', 'Too many attempts to sign in', { retryAfter: Math.ceil(context.ttl / 1000) });
    await limited.register(rateLimit, { ...perAddress, errorResponseBuilder: refuse });
    const byAccount = limited.createRateLimit({ ...perAccount, keyGenerator: (request) => `account:${emailOf(request.body)}` });

    limited.post(endpoints.token(), async (request, reply) => {
      const { email, password, deviceId } = body(signInRequestSchema, request);
      const limit = await byAccount(request);
      if (!limit.isAllowed && limit.isExceeded) {
        throw new TeachifyError('rate_limited', 'Too many attempts to sign in', { retryAfter: limit.ttlInSeconds });
      }
      return reply.wire(tokenResponseSchema, await sessions.signIn(email, password, deviceId));
    });
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

function emailOf(value: unknown): string {
  const email = value !== null && typeof value === 'object' && 'email' in value ? value.email : '';
  return String(email).trim().toLowerCase().slice(0, 320);
}
