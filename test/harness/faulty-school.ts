import { endpoints } from '../../src/shared/api/endpoints.ts';
import { openRawServer, type Fault, type RawAnswer, type RawRequest } from './raw-server.ts';
import { startSchoolServer, type SchoolServer } from './school-server.ts';

/** Lessons of the tiny school: one by pieces with hashes, one plain film guarded by its ETag. */
export const lessons = { pieces: 'making-tea', plain: 'drinking-tea' } as const;

/** A true school whose media come from a server that misbehaves as told. */
export interface FaultySchool {
  readonly url: string;
  /** Asked for each request of media, with its place among those for the same path, 0 first. */
  fault: (request: RawRequest, nth: number) => Fault | undefined;
  /** Media bytes sent. */
  sentBytes(): number;
  readonly requests: readonly RawRequest[];
  /** Puts another film where the plain one was, of the same length. */
  replacePlain(): void;
  /** Puts something there that ends within one of its boxes. */
  breakPlain(): void;
  /** Takes the validator of the plain film away, or makes it a weak one. */
  setPlainTag(etag: string | undefined): void;
  /** Nothing more is ever said on the connections there are; new ones are taken. */
  forsakeAll(): void;
  /** The film as it is there now, and its validator. */
  plainBytes(): Uint8Array;
  plainTag(): string;
  close(): Promise<void>;
}

/** The rest of the school, which answers truly; shared by many faulty ones. */
export interface TrueSchool {
  readonly server: SchoolServer;
  open(): Promise<FaultySchool>;
  close(): Promise<void>;
}

const plainPath = endpoints.plainVideo(lessons.plain);

export async function openTrueSchool(): Promise<TrueSchool> {
  const server = await startSchoolServer();
  const student = await server.signIn('both');
  const plain = await student.get(plainPath);
  const film = { bytes: new Uint8Array(await plain.arrayBuffer()), etag: plain.headers.get('etag') ?? '' };
  const media = await mediaOf(server);
  // One sign-in for all: the server counts them.
  let session: RawAnswer | null = null;

  const forward = async ({ method, path, headers, body }: RawRequest): Promise<RawAnswer> => {
    if (path === endpoints.token() && session) return session;
    const passed = Object.fromEntries(['authorization', 'content-type', 'content-encoding', 'if-none-match'].flatMap((name) => (headers[name] ? [[name, headers[name]] as const] : [])));
    const response = await fetch(`${server.url}${path}`, { method, headers: passed, redirect: 'manual', ...(body && method !== 'GET' ? { body } : {}) });
    const answer = {
      status: response.status,
      headers: Object.fromEntries(['content-type', 'etag', 'date', 'retry-after'].flatMap((name) => (response.headers.get(name) ? [[name, response.headers.get(name) as string] as const] : []))),
      body: new Uint8Array(await response.arrayBuffer()),
    };
    if (path === endpoints.token() && response.ok) session = answer;
    return answer;
  };

  const open = async (): Promise<FaultySchool> => {
    const raw = await openRawServer();
    const seen = new Map<string, number>();
    const isMedia = ({ path, headers }: RawRequest) => path === plainPath || (path.startsWith('/media/') && headers['range'] !== undefined);
    raw.files.set(plainPath, film);
    raw.otherwise = forward;
    const school: FaultySchool = {
      url: raw.url,
      fault: () => undefined,
      requests: raw.requests,
      sentBytes: () => raw.requests.filter(isMedia).reduce((sum, { sentBytes }) => sum + sentBytes, 0),
      replacePlain: () => raw.files.set(plainPath, { bytes: film.bytes.map((byte, at) => (at > film.bytes.length - 4_000 ? byte ^ 1 : byte)), etag: '"another"' }),
      breakPlain: () => raw.files.set(plainPath, { bytes: film.bytes.subarray(0, film.bytes.length - 100), etag: '"broken"' }),
      setPlainTag: (etag) => raw.files.set(plainPath, { bytes: film.bytes, ...(etag === undefined ? {} : { etag }) }),
      plainBytes: () => raw.files.get(plainPath)?.bytes ?? film.bytes,
      plainTag: () => raw.files.get(plainPath)?.etag ?? '',
      forsakeAll: () => raw.forsakeAll(),
      close: () => raw.close(),
    };
    raw.fault = (request) => {
      if (!isMedia(request)) return undefined;
      const nth = seen.get(request.path) ?? 0;
      seen.set(request.path, nth + 1);
      return school.fault(request, nth);
    };
    for (const { name, bytes } of media) raw.files.set(endpoints.media(name), { bytes, etag: `"${name}"` });
    return school;
  };
  return { server, open, close: () => server.close() };
}

/** All of the lesson's published files. */
async function mediaOf(server: SchoolServer): Promise<{ name: string; bytes: Uint8Array }[]> {
  const student = await server.signIn('tea');
  const { payload } = (await (await student.get(endpoints.manifest(lessons.pieces))).json()) as { payload: string };
  const names = [...new Set(payload.match(/[0-9a-f]{64}/g))];
  return Promise.all(names.map(async (name) => ({ name, bytes: new Uint8Array(await (await server.anyone.get(endpoints.media(name))).arrayBuffer()) })));
}
