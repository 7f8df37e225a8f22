import { createHash } from 'node:crypto';
import { z } from 'zod';
import { signedManifestSchema, type Lesson } from '../../shared/api/catalog.ts';
import { endpointUrl, endpoints } from '../../shared/api/endpoints.ts';
import { isTeachifyError, TeachifyError } from '../../shared/errors.ts';
import { filesOfQuality, type Manifest, type PublishedFile, type Rendition } from '../../shared/models/manifest.ts';
import { decodePieceTable, type Piece } from '../../shared/models/piece-table.ts';
import type { Connection } from '../database/connection.ts';
import { refusal } from '../net/api-client.ts';
import type { ApiClient, Authorisation, Transport } from '../net/ports.ts';
import type { KeyWrapper } from '../base/key-wrapper.ts';
import { countedBytes, createFetcher, type Spend } from './foreign/fetcher.ts';
import { checkForeign } from './foreign/check-foreign.ts';
import { askForeign, describeForeign, foreignSchema, isForeign, type Foreign } from './foreign/foreign-lessons.ts';
import { askKeys, lacksKeys, wipeKeys, withoutKeys } from './foreign/kept-keys.ts';
import { takeOverSameParts } from './foreign/same-parts.ts';
import { LessonRepository } from './lesson-repository.ts';
import { isWholeMp4 } from './mp4-structure.ts';
import { verifyManifest } from './manifest-verifier.ts';
import type { PinnedKeys } from '../accounts/ports.ts';
import { jwsKeyId } from '../base/jws-key-id.ts';
import type { FetchOptions, FileDescription, FileId, LessonContent, LessonContents, LineBudget, PieceStore, Priority } from './ports.ts';

const provisionalPieceBytes = 1024 * 1024;

/** What a plain file's server said of it. */
const plainSchema = z.object({ path: z.string(), bytes: z.int().positive(), etag: z.string().nullable() });
type Plain = z.infer<typeof plainSchema>;

/** What is kept of a lesson without a signed manifest. */
const unsignedSchema = z.union([foreignSchema, plainSchema]);
type Known = Manifest | Plain | Foreign;

/** As the server describes a lesson; `keep` makes it what this computer goes by. */
interface Described {
  readonly known: Known;
  readonly keep: () => Promise<void>;
}

interface Dependencies {
  readonly database: Connection;
  readonly store: PieceStore;
  readonly api: ApiClient;
  readonly transport: Transport;
  readonly authorisation: Authorisation;
  readonly serverUrl: () => string;
  readonly signingKeys: PinnedKeys['signingKeys'];
  readonly wrapper: KeyWrapper;
  readonly budget: LineBudget;
}

/** Lessons in terms of files: from disk once verified, else from the server. */
export function createLessonContents(dependencies: Dependencies): LessonContents {
  const { database, store, api, signingKeys, serverUrl, wrapper, budget } = dependencies;
  const rows = new LessonRepository(database);
  let timesForgotten = 0;
  /** What describes a lesson crosses the same line as its pieces. */
  const spendAs = (priority: Priority): Spend => (bytes, signal) => budget.spend(bytes, priority, signal);

  /** Writes down a lesson without a manifest, later; keys that were forgotten meanwhile stay so. */
  const keepUnsigned = (lesson: Lesson): ((known: Plain | Foreign) => Promise<void>) => {
    const [server, timesBefore] = [serverUrl(), timesForgotten];
    return (known) => {
      const kept = 'renditions' in known && timesForgotten !== timesBefore ? withoutKeys(known) : known;
      return rows.save(server, lesson.id, { payload: JSON.stringify(kept), signature: null });
    };
  };

  const fromServer = async (lesson: Lesson, { signal, priority }: FetchOptions): Promise<Described> => {
    if (!lesson.manifestUrl) {
      const keep = keepUnsigned(lesson);
      const spend = spendAs(priority);
      const known = isForeign(lesson) ? await askForeign({ ...dependencies, fetcher: createFetcher({ ...dependencies, spend }) }, lesson, signal) : await askPlain({ ...dependencies, spend }, lesson, signal);
      return { known, keep: () => keep(known) };
    }
    const signed = await api.request({ path: endpoints.manifest(lesson.id), output: signedManifestSchema, authorised: true, ...(signal ? { signal } : {}) });
    const manifest = await verifyManifest(signed, await signingKeys(jwsKeyId(signed.signature)));
    if (manifest.lessonId !== lesson.id) throw new TeachifyError('manifest_invalid', 'The manifest is of another lesson');
    return { known: manifest, keep: () => rows.save(serverUrl(), lesson.id, signed) };
  };

  const firstFromServer = async (lesson: Lesson, options: FetchOptions): Promise<Known> => {
    const { known, keep } = await fromServer(lesson, options);
    await keep();
    return known;
  };

  const fromDisk = async (lesson: Lesson): Promise<Known | null> => {
    const stored = await rows.find(serverUrl(), lesson.id);
    if (!stored) return null;
    if (stored.signature === null) return lesson.manifestUrl ? null : readUnsigned(lesson, stored.payload);
    return verifyManifest({ payload: stored.payload, signature: stored.signature }, await signingKeys(jwsKeyId(stored.signature)));
  };

  /** As it lies on the disk and can be opened; its keys, where they were wiped, from where they lie. */
  const openable = async (lesson: Lesson, { signal, priority }: FetchOptions): Promise<Known | null> => {
    const known = await fromDisk(lesson);
    if (!known || isManifest(known) || !('renditions' in known) || !lacksKeys(wrapper, lesson.id, known)) return known;
    const keep = keepUnsigned(lesson);
    try {
      const renewed = await askKeys({ wrapper, fetcher: createFetcher({ ...dependencies, spend: spendAs(priority) }) }, lesson.id, known, signal);
      await keep(renewed);
      return renewed;
    } catch (error) {
      // They moved; the playlists name where to.
      if (isTeachifyError(error, 'not_found') || isTeachifyError(error, 'forbidden')) return null;
      throw error;
    }
  };

  /** An answer out of some cache may be older than what is here, which then stays. */
  const newerOf = async (told: Described, lesson: Lesson): Promise<Described> => {
    if (!isManifest(told.known)) return told;
    const here = await fromDisk(lesson).catch(() => null);
    return here && isManifest(here) && here.revision > told.known.revision ? { known: here, keep: async () => {} } : told;
  };

  const describe = async (lesson: Lesson, known: Known, options: LoadOptions): Promise<LessonContent> => {
    const content = isManifest(known) ? await describeManifest(store, lesson, known, options) : 'renditions' in known ? describeForeign(dependencies, lesson, known) : describePlain(lesson, known);
    for (const file of content.files.values()) await store.register(file);
    return content;
  };

  return {
    load: async (lesson, options) => describe(lesson, (await openable(lesson, options)) ?? (await firstFromServer(lesson, options)), options),
    stored: async (lesson) => {
      const known = await fromDisk(lesson);
      return known && isManifest(known) ? known : null;
    },
    described: async (lesson) => {
      const known = await fromDisk(lesson);
      if (!known || isManifest(known)) return null;
      return 'renditions' in known ? describeForeign(dependencies, lesson, known) : describePlain(lesson, known);
    },
    update: async (lesson, options) => {
      const { known, keep } = await newerOf(await fromServer(lesson, options), lesson);
      const content = await describe(lesson, known, options);
      const reuse = async () => {
        const before = content.foreign && (await fromDisk(lesson));
        if (!before || isManifest(before) || !('renditions' in before)) return;
        // What has kept its name has new addresses now, which must stay.
        const gone = [...describeForeign(dependencies, lesson, before).files.values()].filter(({ id }) => !content.files.has(id));
        for (const file of gone) await store.register(file);
        await takeOverSameParts(store, gone, content);
      };
      return { content, reuse, keep };
    },
    forgetKeys: async (keepers) => {
      timesForgotten += 1;
      await wipeKeys(database, keepers);
    },
    checkStructure: async ({ plain, foreign, files }, options) => {
      if (foreign) return checkForeign(store, { foreign, files }, options);
      if (!plain || (await isWholeMp4(plain.bytes, (offset, length) => readRange(store, plain, offset, length, options)))) return;
      await store.distrust(plain.id);
      throw new TeachifyError('piece_corrupt', 'What came is not a whole film');
    },
  };
}

type LoadOptions = Parameters<LessonContents['load']>[1];

function isManifest(known: Known): known is Manifest {
  return 'format' in known;
}

/** Null when it was of the other kind before. */
function readUnsigned(lesson: Lesson, payload: string): Plain | Foreign | null {
  const known = unsignedSchema.parse(JSON.parse(payload));
  return isForeign(lesson) === 'renditions' in known ? known : null;
}

async function describeManifest(store: PieceStore, lesson: Lesson, manifest: Manifest, options: LoadOptions): Promise<LessonContent> {
  const files = new Map<FileId, FileDescription>();
  const wanted = options.qualities ? options.qualities.flatMap((quality) => filesOfQuality(manifest, quality).renditions) : manifest.renditions;
  for (const rendition of wanted) {
    const table = wholeFile(rendition.pieceTable);
    await store.register(table);
    files.set(table.id, table);
    files.set(rendition.file.sha256, await describeRendition(store, rendition, options));
  }
  for (const { file } of manifest.sideFiles) files.set(file.sha256, wholeFile(file));
  return { lesson, timelineId: manifest.timelineId, durationMs: manifest.durationMs, manifest, plain: null, foreign: null, files };
}

async function describeRendition(store: PieceStore, { file, pieceTable }: Rendition, options: FetchOptions): Promise<FileDescription> {
  const pieces = readTable(await store.read(pieceTable.sha256, 0, options));
  const last = pieces.at(-1);
  if (!last || last.offset + last.length !== file.bytes) throw new TeachifyError('manifest_invalid', 'A piece table does not cover its file');
  return { id: file.sha256, bytes: file.bytes, pieces, origin: { kind: 'published' } };
}

function readTable(bytes: Uint8Array): Piece[] {
  try {
    return decodePieceTable(bytes);
  } catch (error) {
    throw new TeachifyError('manifest_invalid', 'A piece table cannot be read', { cause: error });
  }
}

/** A small file as a single piece. */
function wholeFile({ sha256, bytes }: PublishedFile): FileDescription {
  const piece: Piece = { offset: 0, length: bytes, durationUs: 0, sha256: Buffer.from(sha256, 'hex') };
  return { id: sha256, bytes, pieces: [piece], origin: { kind: 'published' } };
}

function describePlain(lesson: Lesson, { path, bytes, etag }: Plain): LessonContent {
  const pieces: Piece[] = [];
  for (let offset = 0; offset < bytes; offset += provisionalPieceBytes) {
    pieces.push({ offset, length: Math.min(provisionalPieceBytes, bytes - offset), durationUs: 0, sha256: null });
  }
  const id = createHash('sha256').update(`${path}\n${etag}\n${bytes}`).digest('hex');
  const plain: FileDescription = { id, bytes, pieces, origin: { kind: 'plain', path, etag } };
  return { lesson, timelineId: lesson.timelineId, durationMs: lesson.durationMs, manifest: null, plain, foreign: null, files: new Map([[id, plain]]) };
}

/** A few bytes of a file, which may lie across two pieces. */
async function readRange(store: PieceStore, { id, pieces }: FileDescription, offset: number, length: number, options: FetchOptions): Promise<Uint8Array> {
  const first = pieces.findLastIndex((piece) => piece.offset <= offset);
  const from = offset - (pieces[first]?.offset ?? 0);
  const parts = [await store.read(id, first, options)];
  if (from + length > (parts[0]?.length ?? 0)) parts.push(await store.read(id, first + 1, options));
  return Buffer.concat(parts).subarray(from, from + length);
}

/** Asks how long the file is and for its strong validator, without fetching it where the server says so. */
async function askPlain({ transport, authorisation, serverUrl, spend }: Dependencies & { readonly spend: Spend }, lesson: Lesson, signal: AbortSignal | undefined): Promise<Plain> {
  const path = endpoints.plainVideo(lesson.id);
  const ask = (method: 'HEAD' | 'GET', token: string | null) =>
    transport({
      ...{ method, url: endpointUrl(serverUrl(), path) },
      headers: token ? { authorization: `Bearer ${token}` } : {},
      ...(signal ? { signal } : {}),
    });
  let token = await authorisation.accessToken(signal);
  let response = await ask('HEAD', token);
  if (response.status === 401 && token) response = await ask('HEAD', (token = await authorisation.replaceToken(token, signal)));
  for await (const _ of response.body) break;
  // An answer to HEAD has no body to name the reason; a lesson's 403 is always about enrolment.
  if (response.status === 403) throw new TeachifyError('not_enrolled', 'Access denied');
  const knowsNoHead = response.status === 405 || response.status === 501;
  if (response.status >= 400 && !knowsNoHead) throw refusal(response, '');
  const { etag = null, 'content-length': length } = response.headers;
  if (knowsNoHead || length === undefined) {
    const whole = await ask('GET', token);
    if (whole.status >= 400) throw refusal(whole, '');
    // A body that ends with its connection may have been cut: its structure decides when all of it is here.
    return { path, bytes: await countedBytes(whole, spend, signal), etag: null };
  }
  const bytes = Number(length);
  if (!Number.isInteger(bytes) || bytes <= 0) throw new TeachifyError('unexpected_answer', 'The server did not say how long the video is');
  // A weak validator says nothing of the bytes (RFC 9110 8.8.1).
  return { path, bytes, etag: etag?.startsWith('W/') ? null : etag };
}
