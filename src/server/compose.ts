import { mkdir } from 'node:fs/promises';
import { isIPv6, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { z } from 'zod';
import type { ServerInfo } from '../shared/api/auth.ts';
import { endpoints } from '../shared/api/endpoints.ts';
import { writeAccessLog } from './access-log.ts';
import { finishRestore } from './backup/finish-restore.ts';
import { createApp } from './app.ts';
import { createBell } from './jobs/bell.ts';
import { runLessonWorker } from './jobs/lesson-worker.ts';
import { createSharedLimiter } from './limits/redis-limiter.ts';
import { openSharedCounts } from './limits/shared-counts.ts';
import { openJobs } from './jobs/open-jobs.ts';
import { optionsSchema, storeAddress } from './options.ts';
import { createMemoryLimiter } from './limits/memory-limiter.ts';
import { createAccessTokens } from './services/access-tokens.ts';
import { createCourseMemory } from './services/course-memory.ts';
import { createAuthorizationCodes, oauthClientId } from './services/authorization-codes.ts';
import { createKeeping } from './services/keeping.ts';
import { createPlainProgress } from './services/plain-progress.ts';
import { createFileSender } from './routes/send-file.ts';
import { sweepLooseMedia } from './services/loose-media.ts';
import { createLeaseIssuer } from './services/leases.ts';
import { createMediaKinds } from './services/media-kinds.ts';
import { openSchoolMedia } from './storage/school-media.ts';
import { sweepIncoming } from './storage/sweep-incoming.ts';
import { createProgressFiles } from './services/progress-files.ts';
import { createProgressLedger } from './services/progress.ts';
import { createPublication } from './services/publication.ts';
import { createSchool } from './services/school.ts';
import { openSchoolKeys } from './services/school-keys.ts';
import { seedSchool } from './services/seed.ts';
import { createTeaching } from './services/teaching.ts';
import { createSessions } from './services/sessions.ts';
import { createSignInGuard } from './services/sign-in-guard.ts';
import { createUploads } from './uploads/uploads.ts';
import { sweepSources } from './uploads/sweep-sources.ts';
import { openReplica, openStore, type Store } from './store/database.ts';
import { readsFrom } from './store/reads.ts';
import { createLessonMaker } from './transcoding/make-lesson.ts';

export interface RunningServer {
  readonly url: string;
  readonly port: number;
  /** Takes no more connections, answers what has begun, and cuts what has not ended after two seconds. */
  close(): Promise<void>;
}

/** Enough for any answer but a large file over a slow line, which its client continues by Range. */
const closingMs = 2000;
/** Keys are rotated from the command line while the server runs. */
const rereadMs = 3000;
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
  const store = await openStore(storeAddress(options), nativeBinding);
  // Of one into PostgreSQL that was cut off at its end.
  await finishRestore(store, now());
  const keys = await openSchoolKeys(store, join(options.data, 'keys.json'), now);
  const media = await openSchoolMedia({ store, places: options, preferred: options.storage, now });
  if (options.storage && options.storage !== (await media.kind())) {
    say(`The media of this school are in ${await media.kind()}, not in ${options.storage}, which is for a new school.`);
  }
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
      successions: [...keys.successions],
      oauth: { authorizationUrl: endpoints.authorize(), tokenUrl: endpoints.oauthToken(), clientId: oauthClientId },
      mediaBaseUrl: options.mediaBaseUrl ?? null,
      demo: demo ? (JSON.parse(demo) as ServerInfo['demo']) : null,
    };
  };
  const { jobs: queue, close: closeJobs } = await openJobs({ store, address: storeAddress(options), now, onError: (error) => say(`The queue of jobs: ${String(error)}`) });
  const { jobs, rest } = createBell(queue);
  const sources = options.sources ?? join(options.data, 'sources');
  const uploads = await createUploads({ folder: join(options.data, 'uploads'), quota: options.uploadQuota * 1024 ** 3, path: endpoints.uploads(), database: store, now });
  const progress = createProgressLedger(store, now, say);
  const sessions = createSessions({ store, accessTokens: createAccessTokens(keys, now), now });
  const { mediaBaseUrl: base, accelRedirect } = options;
  const files = createFileSender({ media, accelRedirect });
  const replica = options.databaseReplicaUrl ? openReplica(options.databaseReplicaUrl) : null;
  const shared = options.redisUrl ? openSharedCounts(options.redisUrl, say) : null;
  const memory = createCourseMemory({ now, shared, scope: JSON.stringify([keys.publicKey.x, base ?? null]) });
  const services = {
    ...{ sessions, keys, codes: createAuthorizationCodes({ store, sessions, now }) },
    guard: createSignInGuard(shared ? createSharedLimiter(shared, createMemoryLimiter(now)) : createMemoryLimiter(now)),
    school: createSchool(store, now, { mediaUrl: base === undefined ? undefined : (sha256) => `${base}/${sha256}`, memory }),
    leases: createLeaseIssuer(store, keys, now),
    ...createKeeping({ store, media, keys, now }),
    plainProgress: createPlainProgress(store, now),
    progress,
    teaching: createTeaching(store, now, readsFrom(store, replica, now)),
    progressFiles: createProgressFiles({ store, ledger: progress, keys, now }),
    ...{ media, files, mediaKind: createMediaKinds(store, media), mediaBaseUrl: base },
    jobs,
    uploads,
    sources,
    serverInfo,
    version,
  };
  const app = await createApp(services, options);
  if (options.accessLog) writeAccessLog(app, options.accessLog, now);
  await app.listen({ port: options.port, host: options.host });
  const { port } = app.server.address() as AddressInfo;
  const closing = new AbortController();
  const maker = createLessonMaker({ store, publication, workshop: join(options.data, 'workshop'), now });
  const work = () => runLessonWorker({ jobs, maker, now, rest, onError: (error) => app.log.error({ err: error }, 'a job failed') }, closing.signal);
  const working = Promise.all(Array.from({ length: options.workers }, work));
  const sweepAll = async () => {
    await Promise.all([uploads.sweep(), sweepSources(sources, now()), sweepIncoming(join(options.data, 'media'), now())]);
    await sweepLooseMedia({ store, media, now, signal: closing.signal });
  };
  const sweep = () => void sweepAll().catch((error: unknown) => closing.signal.aborted || app.log.error({ err: error }, 'sweeping failed'));
  sweep();
  const rereading = setInterval(() => void keys.refresh().catch((error: unknown) => app.log.error({ err: error }, 'the keys could not be read')), rereadMs).unref();
  const sweeping = setInterval(sweep, hourMs).unref();
  return {
    port,
    url: `http://${isIPv6(options.host) ? `[${options.host}]` : options.host}:${port}`,
    close: async () => {
      closing.abort();
      clearInterval(sweeping);
      clearInterval(rereading);
      const tooLong = setTimeout(() => app.server.closeAllConnections(), closingMs);
      await app.close().finally(() => clearTimeout(tooLong));
      files.close();
      await working;
      await closeJobs();
      shared?.close();
      await replica?.destroy();
      await store.destroy();
    },
  };
}

async function readSettings(store: Store): Promise<Map<string, string>> {
  const rows = await store.selectFrom('settings').selectAll().execute();
  return new Map(rows.map(({ name, value }) => [name, value]));
}
