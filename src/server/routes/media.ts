import type { FastifyPluginAsync } from 'fastify';
import { TeachifyError } from '../../shared/errors.ts';
import { sha256Schema } from '../../shared/models/manifest.ts';
import { notFound } from '../errors.ts';
import type { Services } from './services.ts';

/** So long a proxy may go by one word, in seconds: as fast as anything that is taken back here has to be gone. */
const leaveSeconds = 10;

const forever = 'public, max-age=31536000, immutable';
const partName = /^(\d{1,12})-(\d{1,12})\.(?:m4s|mp4)$/;

/** Published bytes: ciphertext and clear posters, the same for everyone, cacheable anywhere forever. Not the films in clear. */
export const mediaRoutes: FastifyPluginAsync<Services> = async (app, { files, mediaKind, media }) => {
  app.addHook('onRequest', async (_, reply) => {
    reply.headers({ 'access-control-allow-origin': '*', 'access-control-expose-headers': 'accept-ranges, content-length, content-range, etag' });
  });

  app.get<{ Params: { sha256: string } }>('/media/:sha256', async (request, reply) => {
    const { sha256 } = request.params;
    if (!sha256Schema.safeParse(sha256).success) throw notFound('File');
    const { picture, isPrivate } = await mediaKind(sha256);
    if (isPrivate) throw notFound('File');
    return files.send(request, reply, { sha256, type: picture ?? 'application/octet-stream', cacheControl: forever });
  });

  // Asked by a proxy that has the media folder at hand (build/server/nginx.conf), once for all who ask it for that file.
  app.get<{ Params: { sha256: string } }>('/media/:sha256/leave', async (request, reply) => {
    const { sha256 } = request.params;
    if (!sha256Schema.safeParse(sha256).success) throw notFound('File');
    const isThere = media.localPath(sha256) !== null && (await media.size(sha256)) !== null;
    const kind = isThere ? await mediaKind(sha256) : null;
    if (kind === null || kind.picture !== null || kind.isPrivate) throw new TeachifyError('forbidden', 'This is not for a proxy to send by itself');
    return reply.code(204).header('cache-control', `max-age=${leaveSeconds}`).send();
  });

  // A browser may ask first whether a page from elsewhere may send a Range (Fetch standard, CORS-preflight).
  for (const url of ['/media/:sha256', '/media/:sha256/:part']) {
    app.options<{ Params: { sha256: string; part?: string } }>(url, async ({ params: { sha256, part } }, reply) => {
      if (!sha256Schema.safeParse(sha256).success || (part !== undefined && !partName.test(part))) throw notFound('File');
      return reply.code(204).headers({ 'access-control-allow-methods': 'GET, HEAD', 'access-control-allow-headers': 'range, if-range, if-none-match', 'access-control-max-age': '86400' }).send();
    });
  }

  // A stretch of a file under an address of its own, both ends inclusive, for players that know only HLS; see playlists.ts.
  app.get<{ Params: { sha256: string; part: string } }>('/media/:sha256/:part', async (request, reply) => {
    const { sha256, part } = request.params;
    const [, from, to] = partName.exec(part) ?? [];
    if (!sha256Schema.safeParse(sha256).success || from === undefined || to === undefined) throw notFound('File');
    if ((await mediaKind(sha256)).isPrivate) throw notFound('File');
    const stretch = { start: Number(from), end: Number(to) };
    return files.send(request, reply, { sha256, stretch, type: 'application/octet-stream', cacheControl: forever });
  });
};
