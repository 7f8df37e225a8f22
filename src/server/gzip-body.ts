import type { preParsingHookHandler } from 'fastify';
import { createGunzip } from 'node:zlib';
import { TeachifyError } from '../shared/errors.ts';

/** Takes gzipped bodies (RFC 9110 8.4.1.3); the route's body limit counts what comes out. */
export const gzipBody: preParsingHookHandler = (request, _, payload, done) => {
  const encoding = request.headers['content-encoding'];
  if (encoding === undefined || encoding === 'identity') return done(null, payload);
  if (encoding !== 'gzip') return done(new TeachifyError('bad_request', 'Only gzip is understood as an encoding'), undefined);
  const gunzip = Object.assign(createGunzip(), { receivedEncodedLength: 0 });
  payload.on('data', (chunk: Buffer) => (gunzip.receivedEncodedLength += chunk.length));
  payload.on('error', (error) => gunzip.destroy(error));
  gunzip.on('error', (error) => Object.assign(error, { statusCode: 400 }));
  done(null, payload.pipe(gunzip));
};
