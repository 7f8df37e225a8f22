import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { isIPv6, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { z } from 'zod';
import type { ServerInfo } from '../shared/api/auth.ts';
import { endpoints } from '../shared/api/endpoints.ts';
import { writeAccessLog } from './access-log.ts';
import { createApp } from './app.ts';
import { runLessonWorker } from './jobs/lesson-worker.ts';
import { createSqlJobs } from './jobs/sql-jobs.ts';
import { wait } from './jobs/wait.ts';
import { optionsSchema } from './options.ts';
import { createLeaseIssuer } from './services/leases.ts';
import { createMediaFolder } from './services/media-folder.ts';
import { createProgressLedger } from './services/progress.ts';
import { createPublication } from './services/publication.ts';
import { createSchool } from './services/school.ts';
import { loadSchoolKeys } from './services/school-keys.ts';
import { seedSchool } from './services/seed.ts';
import { createSessions } from './services/sessions.ts';
import { createUploads } from './uploads/uploads.ts';
import { sweepSources } from './uploads/sweep-sources.ts';
import { openStore, type Store } from './store/database.ts';
import { createLessonMaker } from './transcoding/make-lesson.ts';

export interface RunningServer {
  readonly url: string;
  readonly port: number;
  /** Takes no more connections, answers what has begun, and cuts what has not ended after two seconds. */
  close(): Promise<void>;
}

/** Enough for any answer but a large file over a slow line, which its client continues by Range. */
const closingMs = 2000;
const hourMs = 60 * 60 * 1000;

interface Surroundings {
  readonly now: () => number;
  readonly say: (sentence: string) => void;
  readonly version: string;
  readonly nativeBinding?: string | undefined;
}

/** Puts the server together, fills it when asked to, and listens. */
export async function startServer(given: z.input<typeof optionsSchema>, { now, say, version, nativeBinding }: Surroundings): Promise<RunningServer> {
  const options = optionsSchema.parse(given);
  // Content keys and password hashes lie there.
  await mkdir(options.data, { recursive: true, mode: 0o700 });
  const store = await openStore(join(options.data, 'school.db'), nativeBinding);
  const keys = await loadSchoolKeys(join(options.data, 'keys.json'));
  const media = createMediaFolder(join(options.data, 'media'));
  const publication = createPublication({ store, media, keys, now });
  if (options.demoSchool) await seedSchool(options.demoSchool, { store, publication, now, say });

  const serverInfo = async (): Promise<ServerInfo> => {
    const settings = await readSettings(store);
    const demo = settings.get('demo');
    return {
      service: 'teachify',
      name: settings.get('school_name') ?? 'Teachify',
      version,
      time: now(),
      signingKey: keys.publicKey,
      demo: demo ? (JSON.parse(demo) as ServerInfo['demo']) : null,
    };
  };
  const jobs = createSqlJobs({ store, now, newId: randomUUID, wait });
  const sources = join(options.data, 'sources');
  const uploads = await createUploads({ folder: join(options.data, 'uploads'), quota: options.uploadQuota * 1024 ** 3, path: endpoints.uploads() });
  const services = {
    sessions: createSessions({ store, keys, now }),
    school: createSchool(store, now),
    leases: createLeaseIssuer(store, keys, now),
    progress: createProgressLedger(store, now, say),
    media,
    jobs,
    uploads,
    sources,
    serverInfo,
  };
  const app = await createApp(services, options.logLevel);
  if (options.accessLog) writeAccessLog(app, options.accessLog, now);
  await app.listen({ port: options.port, host: options.host });
  const { port } = app.server.address() as AddressInfo;
  const closing = new AbortController();
  const maker = createLessonMaker({ store, publication, workshop: join(options.data, 'workshop') });
  const working = runLessonWorker({ jobs, maker, onError: (error) => app.log.error({ err: error }, 'a job failed') }, closing.signal);
  const sweep = () => void Promise.all([uploads.sweep(), sweepSources(sources, now())]).catch((error: unknown) => app.log.error({ err: error }, 'sweeping failed'));
  sweep();
  const sweeping = setInterval(sweep, hourMs).unref();
  return {
    port,
    url: `http://${isIPv6(options.host) ? `[${options.host}]` : options.host}:${port}`,
    close: async () => {
      closing.abort();
      clearInterval(sweeping);
      const tooLong = setTimeout(() => app.server.closeAllConnections(), closingMs);
      await app.close().finally(() => clearTimeout(tooLong));
      await working;
      await store.destroy();
    },
  };
}

async function readSettings(store: Store): Promise<Map<string, string>> {
  const rows = await store.selectFrom('settings').selectAll().execute();
  return new Map(rows.map(({ name, value }) => [name, value]));
}
