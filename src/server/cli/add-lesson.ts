import { randomUUID } from 'node:crypto';
import { access } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { lessonJob } from '../jobs/lesson-worker.ts';
import { openJobs } from '../jobs/open-jobs.ts';
import { readEnvironment, storeAddress } from '../options.ts';
import { linkLesson } from '../services/linked-lesson.ts';
import { openSchoolMedia } from '../storage/school-media.ts';
import { createPublication } from '../services/publication.ts';
import { openSchoolKeys } from '../services/school-keys.ts';
import { openStore } from '../store/database.ts';
import { sendLesson } from './send-lesson.ts';
import { createLessonMaker, lessonOrderSchema, type LessonOrder } from '../transcoding/make-lesson.ts';

export const addLessonHelp = `Usage: teachify-server add-lesson VIDEO --course ID [flags]

Makes a lesson of any video or sound that ffmpeg reads. It can be watched once the smallest picture is made.

VIDEO may also be the https address of an HLS playlist (.m3u8): then it stays where it is, and the app takes it from there.

  --course ID          course it goes to, after its last lesson
  --title TEXT         (default: the file's name)
  --description TEXT
  --language TAG       spoken in it, as in en or pt-BR (default: en)
  --captions TAG=FILE  WebVTT or SubRip, once per language
  --data-saver         also make a picture in AV1, about half the bytes of the smallest, for three times the work
  --id ID              of the lesson; one that exists is replaced (default: a new one)
  --later              leave it to the server's worker, and print the job's id
  --server URL         a school on another machine, which is sent the files and makes the lesson; broken off, the
                       same command goes on from where it was
  --email ADDRESS      of the teacher there; the password is taken from the environment: TEACHIFY_PASSWORD
  --data FOLDER        the school's folder, also TEACHIFY_SERVER_DATA (default: ./data)
  --help

A school in PostgreSQL is named by DATABASE_URL, as for the server.`;

interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly now: () => number;
  /** The lesson's id, for scripts. */
  readonly print: (line: string) => void;
  /** Progress, for people. */
  readonly say: (sentence: string) => void;
  readonly signal?: AbortSignal;
}

/** Throws with a sentence when it cannot be done; what was published until then stays. */
export async function addLesson(argv: readonly string[], { env, now, print, say, signal }: Surroundings): Promise<void> {
  const { values, positionals } = parseArgs({ args: [...argv], options: flags, allowPositionals: true });
  if (values.help) return print(addLessonHelp);
  const [video, ...others] = positionals;
  if (!video || others.length > 0) throw new Error('Name one video: teachify-server add-lesson VIDEO --course ID');
  if (!values.course) throw new Error('Name the course it goes to: --course ID');
  const order = orderOf({
    id: values.id ?? randomUUID(),
    courseId: values.course,
    title: values.title ?? basename(video, extname(video)),
    description: values.description ?? '',
    language: values.language ?? 'en',
    timelineId: randomUUID(),
    source: resolve(video),
    captions: (values.captions ?? []).map(splitCaptions),
    ...(values['data-saver'] ? { dataSaver: true } : {}),
  });

  if (values.server) return print(await sendLesson(order, { server: values.server, email: values.email, env, now, say, signal, later: values.later ?? false }));
  const options = readEnvironment(env, values.data);
  const { data } = options;
  const address = storeAddress(options);
  if (!options.databaseUrl) await access(address).catch(() => Promise.reject(new Error(`There is no school in ${data}: start the server there first, or name its folder with --data.`)));
  const store = await openStore(address, env['TEACHIFY_SQLITE_BINDING']);
  try {
    const course = await store.selectFrom('courses').select('id').where('id', '=', order.courseId).executeTakeFirst();
    if (!course) throw new Error(`There is no course ${order.courseId}. Make it first: teachify-server course add TITLE --id ${order.courseId}`);
    if (isAddress(video)) {
      await linkLesson(store, { ...order, url: video }, now());
      return print(order.id);
    }
    if (values.later) {
      const { jobs, close } = await openJobs({ store, address, now, onError: () => {} });
      return print(await jobs.enqueue(lessonJob, order).finally(close));
    }
    const media = await openSchoolMedia({ store, places: options, preferred: options.storage, now });
    const publication = createPublication({ store, media, keys: await openSchoolKeys(store, join(data, 'keys.json')), now });
    const maker = createLessonMaker({ store, publication, workshop: join(data, 'workshop'), now });
    let told = -1;
    await maker.make(order, {
      ...(signal ? { signal } : {}),
      onProgress: (share) => {
        const percent = Math.floor(share * 100);
        if (percent > told) say(`${(told = percent)} %`);
      },
      onWaiting: (what) => say(what === null ? 'Going on.' : `Waiting for the ${what}, which does not answer ...`),
      onPublished: (renditions) => say(`Published: ${renditions.join(', ')}`),
    });
    print(order.id);
  } finally {
    await store.destroy();
  }
}

const flags = {
  course: { type: 'string' },
  title: { type: 'string' },
  description: { type: 'string' },
  language: { type: 'string' },
  captions: { type: 'string', multiple: true },
  id: { type: 'string' },
  'data-saver': { type: 'boolean' },
  later: { type: 'boolean' },
  server: { type: 'string' },
  email: { type: 'string' },
  data: { type: 'string' },
  help: { type: 'boolean' },
} as const;

function isAddress(video: string): boolean {
  return /^https?:\/\//i.test(video);
}

function orderOf(given: LessonOrder): LessonOrder {
  const parsed = lessonOrderSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const flag = issue?.path[0] === 'courseId' ? 'course' : String(issue?.path[0]);
  throw new Error(`--${flag} does not fit: ${issue?.message}`);
}

function splitCaptions(text: string): { language: string; file: string } {
  const [, language = '', file = ''] = /^([A-Za-z0-9-]+)=(.+)$/.exec(text) ?? [];
  if (!file) throw new Error(`--captions ${text}: write it as en=captions.srt`);
  return { language, file: resolve(file) };
}
