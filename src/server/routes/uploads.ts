import { randomUUID } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { endpoints } from '../../shared/api/endpoints.ts';
import { jobSchema } from '../../shared/api/jobs.ts';
import { lessonOrderRequestSchema } from '../../shared/api/uploads.ts';
import { TeachifyError } from '../../shared/errors.ts';
import { lessonJob } from '../jobs/lesson-worker.ts';
import type { Caller } from '../services/sessions.ts';
import { toWebVtt } from '../transcoding/captions.ts';
import type { LessonOrder } from '../transcoding/make-lesson.ts';
import { probe } from '../transcoding/probe.ts';
import { body, caller, type Services } from './services.ts';

interface UploadParams {
  Params: { uploadId: string };
}

/** Files of teachers, by tus 1.0, and the lessons made of them. */
export const uploadRoutes: FastifyPluginAsync<Services> = async (app, { sessions, school, courses, uploads, jobs, sources, record }) => {
  const teacher = async (request: FastifyRequest): Promise<Caller> => {
    const person = await caller(sessions, request);
    if (person.role === 'student') throw new TeachifyError('forbidden', 'This is for teachers');
    return person;
  };

  // The bytes go from the socket to the disk; nothing is gathered here, and no limit of bodies applies.
  app.addContentTypeParser('application/offset+octet-stream', (_request, _payload, done) => done(null));
  for (const url of [endpoints.uploads(), `${endpoints.uploads()}/:uploadId`]) {
    app.route<{ Params: { uploadId?: string } }>({
      method: ['POST', 'HEAD', 'PATCH', 'DELETE'],
      url,
      handler: async (request, reply) => {
        const { id } = await teacher(request);
        if (request.params.uploadId !== undefined) await uploads.requireOwner(request.params.uploadId, id);
        reply.hijack();
        await uploads.handle(request.raw, reply.raw, { personId: id, uploadId: request.params.uploadId });
      },
    });
  }

  app.post<UploadParams>(`${endpoints.uploads()}/:uploadId/lesson`, async (request, reply) => {
    const person = await teacher(request);
    const { captions, ...wanted } = body(lessonOrderRequestSchema, request);
    await courses.admit(person, { courseId: wanted.courseId });
    await school.roomFor({ lessonId: wanted.id ?? null, courseId: wanted.courseId });
    const video = await uploads.fileOf(request.params.uploadId, person.id);
    const words = await Promise.all(captions.map(async ({ language, uploadId }) => ({ language, uploadId, file: await uploads.fileOf(uploadId, person.id) })));
    // Refused now, with a sentence, and not by a job that fails in the night.
    await probe(video);
    for (const { file } of words) toWebVtt(await readCaptions(file));

    const id = wanted.id ?? randomUUID();
    const folder = join(sources, randomUUID());
    const order: LessonOrder = { ...wanted, id, timelineId: randomUUID(), source: join(folder, 'video'), captions: [], disposable: folder };
    const placed = words.map(({ language, uploadId }, index) => ({ language, uploadId, file: join(folder, `captions-${index + 1}`) }));
    await uploads.take(request.params.uploadId, person.id, order.source);
    for (const { uploadId, file } of placed) await uploads.take(uploadId, person.id, file);
    const job = await jobs.enqueue(lessonJob, { ...order, captions: placed.map(({ language, file }) => ({ language, file })) });
    await record(person, 'lesson.make', id, { courseId: wanted.courseId, job });
    const made = await jobs.find(job);
    if (!made) throw new Error('The job just made is not there');
    return reply.code(202).wire(jobSchema, made);
  });
};

/** Words of a lesson fit into this many times over. */
const captionBytes = 5 * 1024 * 1024;

async function readCaptions(file: string): Promise<Uint8Array> {
  if ((await stat(file)).size > captionBytes) throw new TeachifyError('bad_request', 'These captions are too long to be captions');
  return readFile(file);
}
