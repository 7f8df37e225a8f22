import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';

/** From a cached listing to a film over a slow line, in seconds. */
const buckets = [0.005, 0.02, 0.1, 0.5, 2, 10, 60];

/**
 * `GET /metrics` in Prometheus' text format: the process itself, and how many answers of which route took how long.
 * Routes are named by their pattern: no id, address or person, and no label that a stranger can multiply.
 */
export function serveMetrics(app: FastifyInstance): void {
  const register = new Registry();
  collectDefaultMetrics({ register });
  const answers = new Histogram({
    name: 'teachify_http_request_duration_seconds',
    help: 'Time from a request to the last byte of its answer',
    labelNames: ['method', 'route', 'status'] as const,
    buckets,
    registers: [register],
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    answers.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
  });
  app.get('/metrics', async (_, reply) => {
    const text = await register.metrics();
    return reply.headers({ 'cache-control': 'no-store', 'content-type': register.contentType }).send(text);
  });
}
