import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runLessonWorker } from '../jobs/lesson-worker.ts';
import { openJobs } from '../jobs/open-jobs.ts';
import { readEnvironment, storeAddress } from '../options.ts';
import { createPublication } from '../services/publication.ts';
import { openSchoolKeys } from '../services/school-keys.ts';
import { openSchoolMedia } from '../storage/school-media.ts';
import { openStore } from '../store/database.ts';
import { createLessonMaker } from '../transcoding/make-lesson.ts';
import type { LongRun } from './command.ts';

export const workerHelp = `Usage: teachify-server worker [--data FOLDER]

Makes lessons as they are ordered from the school's servers, one at a time, until it is stopped. Start as many as there are
machines to spare: each takes a job with a lease, and one that falls silent loses it to another.

The environment says where the school is, as for the server: DATABASE_URL, STORAGE and what belongs to it.
What lessons are made of (TEACHIFY_SERVER_SOURCES there) has to lie under the same path here.

  --data FOLDER  for what is in the making, also TEACHIFY_SERVER_DATA (default: ./data)
  --help`;

/** Until it is stopped: what is in hand then is left to the next worker. */
export async function work(argv: readonly string[], { env, now, print, say, signal }: LongRun): Promise<void> {
  const { values } = parseArgs({ args: [...argv], options: { data: { type: 'string' }, help: { type: 'boolean' } } });
  if (values.help) return print(workerHelp);
  const options = readEnvironment(env, values.data);
  const address = storeAddress(options);
  const onError = (error: unknown) => say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  await mkdir(options.data, { recursive: true, mode: 0o700 });
  const store = await openStore(address, env['TEACHIFY_SQLITE_BINDING']);
  const { jobs, close } = await openJobs({ store, address, now, onError });
  try {
    const keys = await openSchoolKeys(store, join(options.data, 'keys.json'));
    const media = await openSchoolMedia({ store, places: options, preferred: options.storage, now });
    const maker = createLessonMaker({ store, publication: createPublication({ store, media, keys, now }), workshop: join(options.data, 'workshop'), now });
    print('Teachify worker waiting for lessons');
    await runLessonWorker({ jobs, maker, now, onError }, signal);
  } finally {
    await close();
    await store.destroy();
  }
}
