import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tokenResponseSchema, type TokenResponse } from '../../src/shared/api/auth.ts';
import { fromWire } from '../../src/shared/api/codec.ts';
import { endpoints } from '../../src/shared/api/endpoints.ts';
import { startServer, type RunningServer } from '../../src/server/compose.ts';
import { isPostgresAddress } from '../../src/server/store/postgres.ts';
import { manualClock, type ManualClock } from './manual-clock.ts';
import { freshDatabase } from './postgres-of-run.ts';
import { encodeTinySchool, people } from './tiny-school.ts';

/** The course server in this process, filled with the tiny school, by a clock the test turns. */
export interface SchoolServer {
  readonly url: string;
  /** Its data folder, which outlives a restart. */
  readonly folder: string;
  /** Where its database is, for `openStore`. */
  readonly database: string;
  readonly clock: ManualClock;
  /** Someone's session; throws when signing in fails. */
  signIn(who: keyof typeof people, deviceId?: string): Promise<Visitor>;
  /** Without any session. */
  readonly anyone: Visitor;
  /** Stops it and starts it again on the same folder, at another port. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** Asks the server with one person's access token. */
export interface Visitor {
  readonly tokens: TokenResponse | null;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  head(path: string, headers?: Record<string, string>): Promise<Response>;
  post(path: string, body: unknown): Promise<Response>;
}

/** @param encoded the school's folder; the tiny school's when none is given */
export async function startSchoolServer(encoded?: string): Promise<SchoolServer> {
  const folder = await mkdtemp(join(tmpdir(), 'teachify-school-'));
  const clock = manualClock();
  const school = encoded ?? (await encodeTinySchool());
  const database = await freshDatabase(folder);
  const start = () =>
    startServer(
      { port: 0, host: '127.0.0.1', data: folder, databaseUrl: isPostgresAddress(database) ? database : undefined, demoSchool: school, logLevel: 'silent' },
      { now: () => clock.now(), say: () => {}, version: '0.0.0-test' },
    );
  let running: RunningServer = await start();

  const visitor = (tokens: TokenResponse | null): Visitor => {
    const ask = (method: string, path: string, headers: Record<string, string>, body?: string) =>
      fetch(`${running.url}${path}`, {
        method,
        headers: { ...(tokens ? { authorization: `Bearer ${tokens.accessToken}` } : {}), ...headers },
        ...(body === undefined ? {} : { body }),
      });
    return {
      tokens,
      get: (path, headers = {}) => ask('GET', path, headers),
      head: (path, headers = {}) => ask('HEAD', path, headers),
      post: (path, body) => ask('POST', path, { 'content-type': 'application/json' }, typeof body === 'string' ? body : JSON.stringify(body)),
    };
  };
  const anyone = visitor(null);

  return {
    get url() {
      return running.url;
    },
    folder,
    database,
    clock,
    anyone,
    signIn: async (who, deviceId = `device-of-${who}`) => {
      const answer = await anyone.post(endpoints.token(), { ...people[who], device_id: deviceId });
      if (!answer.ok) throw new Error(`Signing in answered ${answer.status}: ${await answer.text()}`);
      return visitor(fromWire(tokenResponseSchema, await answer.json()));
    },
    restart: async () => {
      await running.close();
      running = await start();
    },
    close: async () => {
      await running.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The body of a refusal. */
export async function refusalOf(answer: Response): Promise<{ status: number; error: string; code: string }> {
  const { error, code } = (await answer.json()) as { error: string; code: string };
  return { status: answer.status, error, code };
}
