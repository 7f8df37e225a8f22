import { createDecipheriv } from 'node:crypto';
import type { FastifyPluginAsync } from 'fastify';
import { leaseRequestSchema, leaseResponseSchema, signedManifestSchema } from '../../shared/api/catalog.ts';
import type { Manifest } from '../../shared/models/manifest.ts';
import { decodePieceTable } from '../../shared/models/piece-table.ts';
import { notFound } from '../errors.ts';
import { deriveFileKey } from '../services/encryption.ts';
import { captionsPlaylist, mediaPlaylist, multivariantPlaylist, playlistType } from '../services/playlists.ts';
import type { LessonRow } from '../services/school.ts';
import { readWhole } from '../storage/read-whole.ts';
import { body, caller, type Services } from './services.ts';

interface LessonParams {
  Params: { lessonId: string };
}

/** Everything that opens a lesson. Each route checks enrolment first. */
export const contentRoutes: FastifyPluginAsync<Services> = async (app, services) => {
  const { sessions, school, leases, files, attachments } = services;
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
    return files.send(request, reply, { sha256: row.plain_sha256, type: 'video/mp4', cacheControl: 'private, no-cache' });
  });

  app.get<{ Params: { lessonId: string; name: string } }>('/api/lessons/:lessonId/attachments/:name', async (request, reply) => {
    const row = await school.lessonFor((await caller(sessions, request)).id, request.params.lessonId);
    const { bytes, mimeType } = await attachments.read(row, request.params.name);
    // Never shown as a page of this server, whatever it holds.
    const safety = { 'content-disposition': 'attachment', 'x-content-type-options': 'nosniff', 'content-security-policy': "default-src 'none'; sandbox" };
    return reply.headers(safety).type(mimeType).send(bytes);
  });

  app.get<{ Params: { lessonId: string; name: string } }>('/api/lessons/:lessonId/:name', async (request, reply) => {
    const row = await school.lessonFor((await caller(sessions, request)).id, request.params.lessonId);
    const { name } = request.params;
    const playlist = /^playlist(?:_(?<rendition>[A-Za-z0-9_-]{1,60}))?\.m3u8$/.exec(name);
    if (playlist) return reply.type(playlistType).send(await playlistNamed(services, school.manifest(row), playlist.groups?.['rendition']));
    const captions = /^captions_(?<language>[A-Za-z0-9-]{1,35})\.vtt$/.exec(name);
    if (captions) return reply.type('text/vtt').send(await captionsText(services, row, captions.groups?.['language']));
    throw notFound('File');
  });
};

/** No name is the multivariant playlist; `captions_en` the captions' one; else a rendition's id. */
async function playlistNamed({ media, mediaBaseUrl: base }: Services, manifest: Manifest, name: string | undefined): Promise<string> {
  if (name === undefined) return multivariantPlaylist(manifest);
  if (name.startsWith('captions_')) return captionsPlaylist(manifest, captionsIn(manifest, name.slice('captions_'.length)));
  const rendition = manifest.renditions.find(({ id }) => id === name);
  if (!rendition) throw notFound('Playlist');
  const pieces = decodePieceTable(await readWhole(media, rendition.pieceTable.sha256));
  return mediaPlaylist(manifest.lessonId, rendition, pieces, base === undefined ? undefined : (sha256) => `${base}/${sha256}`);
}

async function captionsText({ media, school }: Services, row: LessonRow, language: string | undefined): Promise<Buffer> {
  const { file } = captionsIn(school.manifest(row), language);
  const stored = await readWhole(media, file.sha256);
  if (!file.keyId) return stored;
  const decipher = createDecipheriv('aes-128-cbc', deriveFileKey(row.content_key, file.keyId), new Uint8Array(16));
  return Buffer.concat([decipher.update(stored), decipher.final()]);
}

function captionsIn(manifest: Manifest, language: string | undefined) {
  const found = manifest.sideFiles.find((file) => file.role === 'captions' && (file.language ?? 'und') === language);
  if (!found) throw notFound('Captions');
  return found;
}

function fileKeyIds(manifest: Manifest): Set<string | null> {
  return new Set([...manifest.renditions, ...manifest.sideFiles].map(({ file }) => file.keyId));
}
