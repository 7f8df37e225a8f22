import type { FastifyPluginAsync } from 'fastify';
import { sha256Schema } from '../../shared/models/manifest.ts';
import { notFound } from '../errors.ts';
import { sendFile } from './send-file.ts';
import type { Services } from './services.ts';

const forever = 'public, max-age=31536000, immutable';

/** Published bytes: ciphertext and clear posters, the same for everyone, cacheable anywhere forever. */
export const mediaRoutes: FastifyPluginAsync<Services> = async (app, { media, school }) => {
  app.addHook('onRequest', async (_, reply) => void reply.header('access-control-allow-origin', '*'));

  app.get<{ Params: { sha256: string } }>('/media/:sha256', async (request, reply) => {
    const { sha256 } = request.params;
    if (!sha256Schema.safeParse(sha256).success) throw notFound('File');
    const type = (await school.pictureType(sha256)) ?? 'application/octet-stream';
    return sendFile(request, reply, { path: media.pathOf(sha256), etag: sha256, type, cacheControl: forever });
  });

  // A stretch of a file under an address of its own, both ends inclusive, for players that know only HLS; see playlists.ts.
  app.get<{ Params: { sha256: string; part: string } }>('/media/:sha256/:part', async (request, reply) => {
    const { sha256, part } = request.params;
    const [, from, to] = /^(\d{1,12})-(\d{1,12})\.(?:m4s|mp4)$/.exec(part) ?? [];
    if (!sha256Schema.safeParse(sha256).success || from === undefined || to === undefined) throw notFound('File');
    const stretch = { start: Number(from), end: Number(to) };
    const etag = `${sha256}-${from}-${to}`;
    return sendFile(request, reply, { path: media.pathOf(sha256), stretch, etag, type: 'application/octet-stream', cacheControl: forever });
  });
};
