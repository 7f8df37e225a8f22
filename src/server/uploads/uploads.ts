import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rm, statfs } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { FileConfigstore, FileStore } from '@tus/file-store';
import { MemoryLocker, Server, type Upload } from '@tus/server';
import { z } from 'zod';
import { isTeachifyError, TeachifyError } from '../../shared/errors.ts';
import { notFound, statusOf } from '../errors.ts';
import type { Store } from '../store/database.ts';
import { isAway, isBusy } from '../store/failures.ts';
import { moveFile } from './move-file.ts';
import { createReservations, type Reservations } from './reservations.ts';

/** Files on their way from a teacher, by tus 1.0 (https://tus.io/protocols/resumable-upload). */
export interface Uploads {
  /** Throws not_found unless this person began it: an upload is its owner's alone. */
  requireOwner(uploadId: string, personId: string): Promise<void>;
  /** Answers one request of the protocol, for whom the routes have let in, to the upload they were let in to. */
  handle(request: IncomingMessage, response: ServerResponse, letIn: { personId: string; uploadId: string | undefined }): Promise<void>;
  /**
   * Where the bytes of an upload that is whole lie. Throws not_found, conflict while it is not whole, and bad_request, when it is
   * gone, for other bytes than were announced.
   */
  fileOf(uploadId: string, personId: string): Promise<string>;
  /** Moves the bytes away: the upload is no more. */
  take(uploadId: string, personId: string, to: string): Promise<void>;
  /** Removes what was begun a week ago and never taken. @returns how many */
  sweep(): Promise<number>;
}

interface Dependencies {
  readonly folder: string;
  /** Bytes one person may have lying here. */
  readonly quota: number;
  readonly path: string;
  /** The school's database, in which all its servers count what lies where. */
  readonly database: Store;
  readonly now: () => number;
}

const weekMs = 7 * 24 * 60 * 60 * 1000;
/** What the disk keeps free for the database and for what is being encoded. */
const reserveBytes = 512 * 1024 * 1024;
const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/i);
/** As tus's checksum extension numbers it. */
const checksumMismatch = 460;
const otherBytes = 'These are not the bytes that were announced. Nothing was kept: send the file again.';
type ServerRequest = Parameters<Server['handleWeb']>[0] & { readonly runtime?: { readonly node?: { readonly req: object } } };

export async function createUploads({ folder, quota, path, database, now }: Dependencies): Promise<Uploads> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const records = new FileConfigstore(folder);
  const reservations = createReservations({ store: database, quota, keptMs: weekMs, now });
  const store = new FolderStore(folder, records, reservations);
  const lying = await Promise.all((await records.list()).map((id) => records.get(id).catch(() => undefined)));
  await reservations.adopt(lying.flatMap((upload) => (upload ? [{ id: upload.id, owner: upload.metadata?.['owner'] ?? '', bytes: upload.size ?? 0 }] : [])));
  const asked = new WeakMap<object, { personId: string; uploadId: string | undefined }>();
  const askedOf = (request: ServerRequest) => asked.get(request.runtime?.node?.req ?? request);
  /** Of this process: what another one had verified before it was killed is read once more. */
  const verified = new Set<string>();

  const owned = async (uploadId: string, personId: string): Promise<Upload> => {
    if (!/^[0-9a-f-]{36}$/.test(uploadId)) throw notFound('Upload');
    const upload = await store.getUpload(uploadId).catch(() => null);
    if (upload?.metadata?.['owner'] !== personId) throw notFound('Upload');
    return upload;
  };
  const admit = async (upload: Upload, owner: string) => {
    if (upload.size === undefined) throw new TeachifyError('bad_request', 'Say how long the file is (Upload-Length)');
    const { sha256 } = upload.metadata ?? {};
    if (sha256 !== undefined && !sha256Schema.safeParse(sha256).success) throw new TeachifyError('bad_request', 'sha256 has to be 64 hexadecimal digits');
    const { bavail, bsize } = await statfs(folder);
    if (upload.size > bavail * bsize - reserveBytes) throw new TeachifyError('disk_full', 'There is no room on the server for a file of this size');
    if (await reservations.take({ id: upload.id, owner, bytes: upload.size })) return;
    throw new TeachifyError('payload_too_large', `No more than ${inGiB(quota)} may wait here at once. Make lessons of what is here, or remove it.`);
  };

  /** False, and the upload is gone, when these are other bytes than were announced. */
  const isAsAnnounced = async ({ id, metadata }: Upload): Promise<boolean> => {
    if (verified.has(id)) return true;
    const file = join(folder, id);
    await flush(file);
    const sha256 = metadata?.['sha256'];
    if (sha256 && sha256.toLowerCase() !== (await sha256Of(file))) {
      await store.remove(id);
      return false;
    }
    verified.add(id);
    return true;
  };

  const server = new TusServer({
    path,
    datastore: store,
    relativeLocation: true,
    locker: new MemoryLocker(),
    maxSize: quota,
    namingFunction: () => randomUUID(),
    onUploadCreate: async (request, upload) => {
      const owner = askedOf(request)?.personId ?? '';
      await admit(upload, owner);
      return { metadata: { ...upload.metadata, owner } };
    },
    // The name of the upload that the routes have looked at, and no other that the address may end with.
    getFileIdFromRequest: (request) => askedOf(request)?.uploadId,
    onUploadFinish: async (_, upload) => {
      if (await isAsAnnounced(upload)) return {};
      throw Object.assign(new Error(otherBytes), { status_code: checksumMismatch, body: otherBytes });
    },
    onResponseError: (_, error) => refusalOf(error),
  });

  return {
    requireOwner: async (uploadId, personId) => void (await owned(uploadId, personId)),
    handle: async (request, response, letIn) => {
      asked.set(request, letIn);
      await server.handle(request, response);
    },
    fileOf: async (uploadId, personId) => {
      const upload = await owned(uploadId, personId);
      if (upload.size === undefined || upload.offset < upload.size) throw new TeachifyError('conflict', 'This upload is not whole yet');
      if (!(await isAsAnnounced(upload))) throw new TeachifyError('bad_request', otherBytes);
      return join(folder, uploadId);
    },
    take: async (uploadId, personId, to) => {
      await owned(uploadId, personId);
      await mkdir(dirname(to), { recursive: true, mode: 0o700 });
      await moveFile(join(folder, uploadId), to);
      await reservations.release(uploadId);
      await records.delete(uploadId);
      verified.delete(uploadId);
    },
    sweep: async () => {
      await reservations.sweep();
      return store.deleteExpired();
    },
  };
}

// @ts-expect-error -- private there; its own way makes the folder later and unwatched, and an error would end the process.
class FolderStore extends FileStore {
  readonly #reservations: Reservations;

  constructor(folder: string, records: FileConfigstore, reservations: Reservations) {
    super({ directory: folder, configstore: records, expirationPeriodInMilliseconds: weekMs });
    this.#reservations = reservations;
  }

  /** It is made before. */
  override checkOrCreateDirectory(): void {}

  override async create(upload: Upload): Promise<Upload> {
    try {
      const created = await super.create(upload);
      await this.#reservations.keep(upload.id);
      return created;
    } catch (error) {
      // What cannot be released ends by itself soon.
      await this.remove(upload.id).catch(() => {});
      throw error;
    }
  }

  /** Also when a process that was killed left no more than the record of it. */
  override async remove(uploadId: string): Promise<void> {
    await this.#reservations.release(uploadId);
    await rm(join(this.directory, uploadId), { force: true });
    await this.configstore.delete(uploadId);
  }
}

/** Says what does not fit the protocol as every other refusal of this server is said. */
class TusServer extends Server {
  override write(context: Parameters<Server['write']>[0], headers: Headers, status: number, body?: string): ReturnType<Server['write']> {
    if (status < 400) return super.write(context, headers, status, body);
    headers.set('content-type', 'application/json; charset=utf-8');
    const told = body?.startsWith('{') ? body : refusalOf({ status_code: status, body: body ?? '' }).body;
    return super.write(context, headers, status, told);
  }
}

/** What tus calls its errors, and ours, as every other refusal of this server. */
function refusalOf(error: Error | { status_code: number; body: string }): { status_code: number; body: string } {
  if (isTeachifyError(error)) return { status_code: statusOf(error), body: JSON.stringify({ error: error.message, code: error.code }) };
  if (isAway(error) || isBusy(error)) return { status_code: 503, body: JSON.stringify({ error: 'The database is away for a moment', code: 'server_error' }) };
  const [status, sentence] = 'status_code' in error ? [error.status_code, error.body.trim()] : [500, 'Something went wrong here'];
  return { status_code: status, body: JSON.stringify({ error: sentence, code: codes.get(status) ?? (status < 500 ? 'bad_request' : 'server_error') }) };
}
const codes = new Map([
  [404, 'not_found'],
  [409, 'conflict'],
  [410, 'not_found'],
  [413, 'payload_too_large'],
]);

/** Onto the disk, so that what was acknowledged whole survives a power cut. */
async function flush(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  await handle.datasync().finally(() => handle.close());
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1024 * 1024 }), hash);
  return hash.digest('hex');
}

function inGiB(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}
