import type { FastifyPluginAsync } from 'fastify';
import { sha256Schema } from '../../shared/models/manifest.ts';
import { notFound } from '../errors.ts';
import { sendFile } from './send-file.ts';
import type { Services } from './services.ts';

/** Published bytes: ciphertext and clear posters, the same for everyone, cacheable anywhere forever. */
export const mediaRoutes: FastifyPluginAsync<Services> = async (app, { media, school }) => {
  app.get<{ Params: { name: string } }>('/media/:name', async (request, reply) => {
    // Players that know only HLS want a name with an extension.
    const sha256 = request.params.name.replace(/\.mp4$/, '');
    if (!sha256Schema.safeParse(sha256).success) throw notFound('File');
    reply.header('access-control-allow-origin', '*');
    return sendFile(request, reply, {
      path: media.pathOf(sha256),
      etag: sha256,
      type: (await school.pictureType(sha256)) ?? 'application/octet-stream',
      cacheControl: 'public, max-age=31536000, immutable',
    });
  });
};
