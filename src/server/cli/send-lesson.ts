import { homedir } from 'node:os';
import { join } from 'node:path';
import { endpoints } from '../../shared/api/endpoints.ts';
import { jobSchema, type Job } from '../../shared/api/jobs.ts';
import { hasEnded } from '../jobs/ports.ts';
import { wait } from '../jobs/wait.ts';
import type { LessonOrder } from '../transcoding/make-lesson.ts';
import { SchoolRefusal, signInFar, type SchoolFar } from './school-far.ts';
import { sendFile } from './send-file.ts';

interface Far {
  readonly server: string;
  readonly email: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly now: () => number;
  readonly say: (sentence: string) => void;
  readonly signal?: AbortSignal | undefined;
  /** Ends when the school has everything, and gives the job's id; else the lesson's, when it is made. */
  readonly later: boolean;
}

const lookEveryMs = 1000;
/** As long as the school itself waits for what is away. */
const patienceMs = 60 * 60 * 1000;

/** Sends a lesson's files to a school on another machine, which makes it. Broken off, the same command goes on where it was. */
export async function sendLesson(order: LessonOrder, { server, email, env, now, say, signal, later }: Far): Promise<string> {
  const password = env['TEACHIFY_PASSWORD'];
  if (!email || !password) throw new Error('Say who sends it: --email, and the password in the environment as TEACHIFY_PASSWORD.');
  const school = await signInFar(server, { email, password, now });
  const memory = join(env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'), 'teachify-server', 'uploads.json');
  const send = (file: string) => sendFile(file, { school, memory, signal, onProgress: percents(say, 'Sent') });
  const uploadId = await send(order.source);
  const captions: { language: string; uploadId: string }[] = [];
  for (const { language, file } of order.captions) captions.push({ language, uploadId: await send(file) });
  const { id, courseId, title, description, language, dataSaver } = order;
  const job = await school.post(`${endpoints.uploads()}/${uploadId}/lesson`, { id, courseId, title, description, language, dataSaver: dataSaver ?? false, captions }, jobSchema);
  if (later) return job.id;
  const ended = await follow(job, { school, now, say, signal });
  if (ended.state !== 'done') throw new Error(ended.error ?? 'The lesson was cancelled at the school.');
  return id;
}

async function follow(begun: Job, { school, now, say, signal }: Following): Promise<Job> {
  const told = percents(say, 'Made');
  let job = begun;
  let waitsFor: Job['waitingFor'] = null;
  let awaySince: number | null = null;
  while (!hasEnded(job)) {
    told(job.progress);
    if (job.waitingFor !== waitsFor && job.waitingFor) say(`The school waits for its ${job.waitingFor}, which does not answer ...`);
    waitsFor = job.waitingFor;
    await wait(lookEveryMs, signal ?? new AbortController().signal);
    signal?.throwIfAborted();
    try {
      job = await school.get(endpoints.job(job.id), jobSchema);
      awaySince = null;
    } catch (error) {
      if (error instanceof SchoolRefusal && error.isLasting) throw new Error(lost(job, error), { cause: error });
      // A line that is gone for a moment is no end of the job.
      const isNews = awaySince === null;
      awaySince ??= now();
      if (isNews) say(`${school.url} does not answer; it is asked again ...`);
      if (now() - awaySince >= patienceMs) throw new Error(`${school.url} has not answered for an hour. What it has is made there all the same.`, { cause: error });
    }
  }
  told(job.progress);
  return job;
}

interface Following extends Pick<Far, 'now' | 'say' | 'signal'> {
  readonly school: SchoolFar;
}

function lost({ id }: Job, { status, message }: SchoolRefusal): string {
  if (status === 404) return `The school does not know the job ${id} any more: its course was removed, or the school was put back to an earlier day. Where the lesson is not there, send it again.`;
  return `The school does not say any more how far the lesson is: ${message}. What it has is made there all the same.`;
}

function percents(say: (sentence: string) => void, what: string): (share: number) => void {
  let last = -1;
  return (share) => {
    const percent = Math.floor(share * 100);
    if (percent > last) say(`${what}: ${(last = percent)} %`);
  };
}
