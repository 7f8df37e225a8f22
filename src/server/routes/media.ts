import type { FastifyPluginAsync } from 'fastify';
import { sha256Schema } from '../../shared/models/manifest.ts';
import { notFound } from '../errors.ts';
import { sendFile } from './send-file.ts';
import type { Services } from './services.ts';

/** Published bytes: ciphertext and clear posters, the same for everyone, cacheable anywhere forever. */
export const mediaRoutes: FastifyPluginAsync<Services> = async (app, { media, school }) => {
  app.get<{ Params: { sha256: string } }>('/media/:sha256', async (request, reply) => {
    const { sha256 } = request.params;
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
