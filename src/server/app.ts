import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { toWire } from '../shared/api/codec.ts';
import { isTeachifyError, type TeachifyError } from '../shared/errors.ts';
import { statusOf } from './errors.ts';
import type { ServerOptions } from './options.ts';
import { isAway, isBusy, isUnfit } from './store/failures.ts';
import { authRoutes } from './routes/auth.ts';
import { catalogRoutes } from './routes/catalog.ts';
import { contentRoutes } from './routes/content.ts';
import { courseRoutes } from './routes/courses.ts';
import { healthRoutes } from './routes/health.ts';
import { jobRoutes } from './routes/jobs.ts';
import { mediaRoutes } from './routes/media.ts';
import { serveMetrics } from './routes/metrics.ts';
import { oauthRoutes } from './routes/oauth.ts';
import { openapiRoutes } from './routes/openapi.ts';
import { peopleRoutes } from './routes/people.ts';
import { plainProgressRoutes } from './routes/plain-progress.ts';
import { progressRoutes } from './routes/progress.ts';
import type { Services } from './routes/services.ts';
import { teachingRoutes } from './routes/teaching.ts';
import { uploadRoutes } from './routes/uploads.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Every route there is, one for each method. */
    readonly routeList: readonly { readonly method: string; readonly url: string }[];
  }
}

/** The HTTP face. Knows routes and errors; services are handed in. */
export async function createApp(services: Services, { logLevel, trustProxy }: Pick<ServerOptions, 'logLevel' | 'trustProxy'>): Promise<FastifyInstance> {
  const app = Fastify({
    logger: { level: logLevel, serializers: { req: describeRequest } },
    trustProxy: trustProxy ?? false,
    genReqId: () => randomUUID(),
    bodyLimit: 64 * 1024,
    exposeHeadRoutes: true,
    routerOptions: { maxParamLength: 200 },
    // An address that cannot be read never reaches the error handler below.
    frameworkErrors: (error, _, reply) => void refuse(reply, describe(error)),
    clientErrorHandler: refuseUnread,
  });
  const routeList: { method: string; url: string }[] = [];
  app.decorate('routeList', routeList);
  app.addHook('onRoute', ({ method, url }) => void routeList.push(...[method].flat().map((one) => ({ method: one, url }))));
  app.decorateReply('wire', function wire(_, value) {
    return this.type('application/json; charset=utf-8').send(JSON.stringify(toWire(value)));
  });
  app.setErrorHandler((error: FastifyError | TeachifyError, request, reply) => {
    const refusal = describe(error);
    if (refusal.status >= 500) request.log.error({ err: error }, 'request failed');
    if (isTeachifyError(error) && error.retryAfter !== undefined) reply.header('retry-after', String(Math.ceil(error.retryAfter)));
    if (refusal.status === 503) reply.header('retry-after', '5');
    if (refusal.status === 401) reply.header('www-authenticate', 'Bearer');
    return refuse(reply, refusal);
  });
  app.setNotFoundHandler((_, reply) => refuse(reply, { status: 404, message: 'Not found', code: 'not_found' }));
  serveMetrics(app);
  for (const routes of [healthRoutes, openapiRoutes, authRoutes, oauthRoutes, catalogRoutes, contentRoutes, mediaRoutes, progressRoutes, plainProgressRoutes, peopleRoutes, courseRoutes, jobRoutes, uploadRoutes, teachingRoutes]) {
    await app.register(routes, services);
  }
  return app;
}

/** What a log tells of a request: no headers, and no query, where some clients put their token. */
function describeRequest({ method, url, ip }: FastifyRequest): { method: string; url: string; remoteAddress: string } {
  return { method, url: url.split('?', 1)[0] ?? '', remoteAddress: ip };
}

interface Refusal {
  readonly status: number;
  readonly message: string;
  readonly code: string;
}

function refuse(reply: FastifyReply, { status, message, code }: Refusal): FastifyReply {
  reply.headers({ 'cache-control': 'no-store', 'content-type': 'application/json; charset=utf-8' });
  return reply.code(status).send(JSON.stringify({ error: message, code }));
}

/** What is no HTTP, or too much of it, has neither request nor reply. */
function refuseUnread({ code }: NodeJS.ErrnoException, socket: Socket): void {
  if (code === 'ECONNRESET' || socket.destroyed) return;
  const status = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 }[code ?? ''] ?? 400;
  const body = JSON.stringify({ error: 'The request does not fit', code: 'bad_request' });
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, 'Content-Type: application/json; charset=utf-8', `Content-Length: ${body.length}`, 'Cache-Control: no-store', 'Connection: close'];
  if (socket.writable) socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  socket.destroySoon();
}

/** What a client is told. A bug says nothing of itself. */
function describe(error: FastifyError | TeachifyError): Refusal {
  if (isTeachifyError(error)) return { status: statusOf(error), message: error.message, code: error.code };
  if (isAway(error) || isBusy(error)) return { status: 503, message: 'The database is away for a moment', code: 'server_error' };
  if (isUnfit(error)) return { status: 400, message: 'The request does not fit', code: 'bad_request' };
  const status = error.statusCode ?? 500;
  if (status === 413) return { status, message: 'The request is too large', code: 'payload_too_large' };
  if (status >= 400 && status < 500) return { status, message: 'The request does not fit', code: 'bad_request' };
  return { status: 500, message: 'Something went wrong here', code: 'server_error' };
}
