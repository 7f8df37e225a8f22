import type { FastifyPluginAsync } from 'fastify';
import { routeDescriptions } from '../openapi/descriptions.ts';
import { apiDocument } from '../openapi/document.ts';
import { apiPage } from '../pages/api-page.ts';
import type { Services } from './services.ts';

/** What the server answers, for programs and for people. */
export const openapiRoutes: FastifyPluginAsync<Services> = async (app, { version }) => {
  // Made at the first question: it costs a start some ten milliseconds, and most starts nobody asks.
  let made: { json: string; page: ReturnType<typeof apiPage> } | null = null;
  const document = () => {
    if (made) return made;
    const described = apiDocument(routeDescriptions, version);
    return (made = { json: JSON.stringify(described), page: apiPage(described) });
  };
  app.addHook('onRequest', async (_, reply) => void reply.headers({ 'cache-control': 'public, max-age=300', 'x-content-type-options': 'nosniff' }));
  app.get('/openapi.json', async (_, reply) => reply.header('access-control-allow-origin', '*').type('application/json; charset=utf-8').send(document().json));
  app.get('/api', async (_, reply) => reply.type('text/html; charset=utf-8').header('content-security-policy', document().page.policy).send(document().page.text));
};
