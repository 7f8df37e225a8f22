import { once } from 'node:events';
import { Readable } from 'node:stream';
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { toWire } from '../../shared/api/codec.ts';
import { jobSchema, type Job } from '../../shared/api/jobs.ts';
import { isTeachifyError, TeachifyError } from '../../shared/errors.ts';
import { notFound } from '../errors.ts';
import type { Caller } from '../services/sessions.ts';
import { lessonOrderSchema } from '../transcoding/make-lesson.ts';
import { caller, type Services } from './services.ts';

interface JobParams {
  Params: { jobId: string };
}
const pattern = '/api/jobs/:jobId';

/** What the server works on, for those who teach the course it is for. */
export const jobRoutes: FastifyPluginAsync<Services> = async (app, { sessions, courses, jobs }) => {
  const closing = new AbortController();
  app.addHook('preClose', async () => closing.abort());
  app.addHook('onRequest', async (_, reply) => void reply.header('cache-control', 'no-store'));

  /** A course that is gone is taught by nobody, and admins still see what was made for it. */
  const isTheirs = async (who: Caller, { id }: Job): Promise<boolean> => {
    if (who.role === 'admin') return true;
    const order = lessonOrderSchema.safeParse(await jobs.payloadOf(id)).data;
    return order !== undefined && courses.admit(who, { courseId: order.courseId }).then(() => true, isRefusal);
  };
  const jobFor = async (request: FastifyRequest<JobParams>): Promise<Job> => {
    const who = await caller(sessions, request);
    if (who.role === 'student') throw new TeachifyError('forbidden', 'This is for teachers');
    const job = await jobs.find(request.params.jobId);
    if (!job || !(await isTheirs(who, job))) throw notFound('Job');
    return job;
  };

  app.get<JobParams>(pattern, async (request, reply) => reply.wire(jobSchema, await jobFor(request)));

  app.get<JobParams>(`${pattern}/events`, { exposeHeadRoute: false }, async (request, reply) => {
    const { id } = await jobFor(request);
    const gone = new AbortController();
    void once(reply.raw, 'close').then(() => gone.abort());
    const events = eventsOf(jobs.watch(id, AbortSignal.any([gone.signal, closing.signal])));
    // nginx would keep events back until its buffer is full.
    return reply.headers({ 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' }).send(Readable.from(events));
  });

  app.post<JobParams>(`${pattern}/cancel`, async (request, reply) => {
    const { id } = await jobFor(request);
    if (!(await jobs.cancel(id))) throw new TeachifyError('conflict', 'This job has ended already');
    return reply.wire(jobSchema, await jobFor(request));
  });

  app.post<JobParams>(`${pattern}/retry`, async (request, reply) => {
    const { id } = await jobFor(request);
    if (!(await jobs.retry(id))) throw new TeachifyError('conflict', 'Only a job that failed or was cancelled can be tried again');
    return reply.wire(jobSchema, await jobFor(request));
  });
};

/** False for a refusal; what else went wrong is thrown again. */
function isRefusal(error: unknown): false {
  if (isTeachifyError(error, 'not_enrolled')) return false;
  throw error;
}

/** Server-sent events: `data:` and the job, once now and once for each change; the end of the job is the end of the stream. */
async function* eventsOf(watched: AsyncIterable<Job>): AsyncIterable<string> {
  for await (const job of watched) yield `data: ${JSON.stringify(toWire(job))}\n\n`;
}
