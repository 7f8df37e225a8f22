import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { authorizationRequestSchema, oauthErrorSchema, oauthTokenRequestSchema, oauthTokenResponseSchema, signInRequestSchema, type AuthorizationRequest } from '../../shared/api/auth.ts';
import { fromWire } from '../../shared/api/codec.ts';
import { endpoints } from '../../shared/api/endpoints.ts';
import { isTeachifyError, TeachifyError } from '../../shared/errors.ts';
import { authorizePage, refusedPage } from '../pages/authorize-page.ts';
import { oauthClientId } from '../services/authorization-codes.ts';
import { body, type Services } from './services.ts';

/** Signing in with the system's browser: OAuth 2.0 (RFC 6749) with PKCE (RFC 7636), for native apps (RFC 8252). */
export const oauthRoutes: FastifyPluginAsync<Services> = async (app, { sessions, codes, guard, serverInfo }) => {
  app.addHook('onRequest', async (_, reply) => void reply.headers({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff' }));
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_, text, done) => done(null, fieldsOf(new URLSearchParams(String(text)))));

  app.get(endpoints.oauthMetadata(), async (request, reply) => {
    const issuer = issuerOf(request);
    // Not ours to rename: RFC 8414 names its own keys.
    return reply.send({
      issuer,
      authorization_endpoint: issuer + endpoints.authorize(),
      token_endpoint: issuer + endpoints.oauthToken(),
      jwks_uri: issuer + endpoints.jwks(),
      response_types_supported: ['code'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: ['none'],
      authorization_response_iss_parameter_supported: true,
    });
  });

  const face = async (request: FastifyRequest) => ({ school: (await serverInfo()).name, acceptLanguage: request.headers['accept-language'] });
  const show = (reply: FastifyReply, { text, policy }: { text: string; policy: string }) =>
    reply.headers({ 'content-security-policy': policy, 'content-type': 'text/html; charset=utf-8' }).send(text);

  app.get(endpoints.authorize(), { exposeHeadRoute: false }, async (request, reply) => {
    const { fits, back } = readRequest(request, request.query);
    if (fits) return show(reply, authorizePage(await face(request), fits, null));
    return back ? reply.redirect(back, 303) : show(reply.code(400), refusedPage(await face(request)));
  });

  app.post(endpoints.authorize(), async (request, reply) => {
    const { fits } = readRequest(request, request.body);
    if (!fits) return show(reply.code(400), refusedPage(await face(request)));
    const given = signInRequestSchema.omit({ deviceId: true }).safeParse(request.body);
    try {
      if (!given.success) throw new TeachifyError('wrong_credentials', 'E-mail or password is missing');
      const { email, password } = given.data;
      const student = await guard.attempt({ email, address: request.ip }, () => sessions.recognise(email, password, request.ip));
      const code = await codes.issue(student.id, fits);
      return await reply.redirect(withQuery(fits.redirectUri, { code, state: fits.state, iss: issuerOf(request) }), 303);
    } catch (error) {
      if (!isTeachifyError(error) || (error.code !== 'wrong_credentials' && error.code !== 'rate_limited')) throw error;
      if (error.retryAfter !== undefined) reply.header('retry-after', String(error.retryAfter));
      return show(reply.code(error.code === 'rate_limited' ? 429 : 403), authorizePage(await face(request), fits, error.code));
    }
  });

  app.post(endpoints.oauthToken(), { errorHandler: refuseAsOauth }, async (request, reply) => {
    const asked = body(oauthTokenRequestSchema, request);
    if (asked.clientId !== oauthClientId) throw new TeachifyError('forbidden', 'No such client');
    const tokens = asked.grantType === 'refresh_token' ? await sessions.refresh(asked.refreshToken) : await codes.redeem({ ...asked, address: request.ip });
    return reply.wire(oauthTokenResponseSchema, { ...tokens, tokenType: 'Bearer' });
  });
};

/** RFC 6749 5.2, with our own code beside its. */
function refuseAsOauth(error: Error, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const code = isTeachifyError(error) ? error.code : 'statusCode' in error && Number(error.statusCode) < 500 ? 'bad_request' : 'server_error';
  const names: Record<string, z.infer<typeof oauthErrorSchema>['error']> = { bad_request: 'invalid_request', forbidden: 'invalid_client', session_expired: 'invalid_grant', server_error: 'server_error' };
  const name = names[code] ?? 'server_error';
  if (name === 'server_error') request.log.error({ err: error }, 'request failed');
  const description = name === 'server_error' ? 'Something went wrong here' : error.message;
  const status = name === 'server_error' ? 500 : 'statusCode' in error && error.statusCode === 413 ? 413 : 400;
  return reply.code(status).wire(oauthErrorSchema, { error: name, errorDescription: description, code });
}

/** What was asked for; else where to send the browser back to, when that can be trusted (RFC 6749 4.1.2.1). */
function readRequest(request: FastifyRequest, given: unknown): { fits: AuthorizationRequest | null; back: string | null } {
  try {
    const fits = fromWire(authorizationRequestSchema, given);
    if (fits.clientId === oauthClientId) return { fits, back: null };
  } catch {
    const { redirectUri, state, clientId } = authorizationRequestSchema.shape;
    const { redirect_uri: address, client_id: client, state: own, response_type: type } = (given ?? {}) as Record<string, unknown>;
    const isOurs = clientId.safeParse(client).data === oauthClientId;
    const redirect = redirectUri.safeParse(address);
    if (isOurs && redirect.success) {
      const error = type !== undefined && type !== 'code' ? 'unsupported_response_type' : 'invalid_request';
      const known = state.safeParse(own);
      return { fits: null, back: withQuery(redirect.data, { error, ...(known.success ? { state: known.data } : {}), iss: issuerOf(request) }) };
    }
  }
  return { fits: null, back: null };
}

/** As the student's browser reaches it; behind a proxy that is what the proxy says. */
function issuerOf(request: FastifyRequest): string {
  return `${request.protocol}://${request.host}`;
}

function withQuery(address: string, query: Record<string, string>): string {
  return `${address}?${new URLSearchParams(query).toString()}`;
}

/** A field that comes twice is none (RFC 6749 3.1). */
function fieldsOf(form: URLSearchParams): Record<string, string> {
  const names = [...new Set(form.keys())].filter((name) => form.getAll(name).length === 1);
  return Object.fromEntries(names.map((name) => [name, form.get(name) ?? '']));
}
