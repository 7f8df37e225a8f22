import { createDecipheriv } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { FastifyPluginAsync } from 'fastify';
import { leaseRequestSchema, leaseResponseSchema, signedManifestSchema } from '../../shared/api/catalog.ts';
import type { Manifest } from '../../shared/models/manifest.ts';
import { decodePieceTable } from '../../shared/models/piece-table.ts';
import { notFound } from '../errors.ts';
import { deriveFileKey } from '../services/encryption.ts';
import { captionsPlaylist, mediaPlaylist, multivariantPlaylist, playlistType } from '../services/playlists.ts';
import { sendFile } from './send-file.ts';
import { body, caller, type Services } from './services.ts';

interface LessonParams {
  Params: { lessonId: string };
}

/** Everything that opens a lesson. Each route checks enrolment first. */
export const contentRoutes: FastifyPluginAsync<Services> = async (app, services) => {
  const { sessions, school, leases, media } = services;
  app.addHook('onRequest', async (_, reply) => void reply.header('cache-control', 'private, no-cache'));

  app.get<LessonParams>('/api/lessons/:lessonId/manifest', async (request, reply) => {
    const row = await school.lessonFor((await caller(sessions, request)).id, request.params.lessonId);
    if (!row.manifest || !row.signature) throw notFound('Manifest');
    return reply.wire(signedManifestSchema, { payload: row.manifest, signature: row.signature });
  });

  app.post<LessonParams>('/api/lessons/:lessonId/lease', async (request, reply) => {
    const person = await caller(sessions, request);
    const row = await school.lessonFor(person.id, request.params.lessonId);
    const { deviceId } = body(leaseRequestSchema, request);
    return reply.wire(leaseResponseSchema, { lease: await leases.issue(row, person.id, deviceId) });
  });

  app.get<{ Params: { lessonId: string; keyId: string } }>('/api/lessons/:lessonId/keys/:keyId', async (request, reply) => {
    const row = await school.lessonFor((await caller(sessions, request)).id, request.params.lessonId);
    const { keyId } = request.params;
    if (!fileKeyIds(school.manifest(row)).has(keyId)) throw notFound('Key');
    return reply.header('cache-control', 'no-store').type('application/octet-stream').send(Buffer.from(deriveFileKey(row.content_key, keyId)));
  });

  app.get<LessonParams>('/api/lessons/:lessonId/video.mp4', async (request, reply) => {
    const row = await school.lessonFor((await caller(sessions, request)).id, request.params.lessonId);
    if (!row.plain_sha256) throw notFound('Video');
    return sendFile(request, reply, { path: media.pathOf(row.plain_sha256), etag: row.plain_sha256, type: 'video/mp4', cacheControl: 'private, no-cache' });
  });

  app.get<{ Params: { lessonId: string; rendition?: string } }>('/api/lessons/:lessonId/:name(^playlist(?:_[A-Za-z0-9_-]{1,60})?\\.m3u8$)', async (request, reply) => {
    const row = await school.lessonFor((await caller(sessions, request)).id, request.params.lessonId);
    const manifest = school.manifest(row);
    const name = /playlist(?:_(.+))?\.m3u8$/.exec(request.url.split('?', 1)[0] ?? '')?.[1];
    return reply.type(playlistType).send(await playlistNamed(services, manifest, name));
  });

  app.get<LessonParams>('/api/lessons/:lessonId/:name(^captions_[A-Za-z0-9-]{1,35}\\.vtt$)', async (request, reply) => {
    const row = await school.lessonFor((await caller(sessions, request)).id, request.params.lessonId);
    const language = /captions_(.+)\.vtt$/.exec(request.url.split('?', 1)[0] ?? '')?.[1];
    const captions = captionsIn(school.manifest(row), language);
    const stored = await readFile(media.pathOf(captions.file.sha256));
    if (!captions.file.keyId) return reply.type('text/vtt').send(stored);
    const decipher = createDecipheriv('aes-128-cbc', deriveFileKey(row.content_key, captions.file.keyId), new Uint8Array(16));
    return reply.type('text/vtt').send(Buffer.concat([decipher.update(stored), decipher.final()]));
  });
};

/** No name is the multivariant playlist; `captions_en` the captions' one; else a rendition's id. */
async function playlistNamed({ media }: Services, manifest: Manifest, name: string | undefined): Promise<string> {
  if (name === undefined) return multivariantPlaylist(manifest);
  if (name.startsWith('captions_')) return captionsPlaylist(manifest, captionsIn(manifest, name.slice('captions_'.length)));
  const rendition = manifest.renditions.find(({ id }) => id === name);
  if (!rendition) throw notFound('Playlist');
  const pieces = decodePieceTable(await readFile(media.pathOf(rendition.pieceTable.sha256)));
  return mediaPlaylist(manifest.lessonId, rendition, pieces, '');
}

function captionsIn(manifest: Manifest, language: string | undefined) {
  const found = manifest.sideFiles.find((file) => file.role === 'captions' && (file.language ?? 'und') === language);
  if (!found) throw notFound('Captions');
  return found;
}

function fileKeyIds(manifest: Manifest): Set<string | null> {
  return new Set([...manifest.renditions, ...manifest.sideFiles].map(({ file }) => file.keyId));
}
