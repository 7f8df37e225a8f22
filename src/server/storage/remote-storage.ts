import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { isTeachifyError, TeachifyError } from '../../shared/errors.ts';
import { notFound } from '../errors.ts';
import type { MediaFile, MediaStorage, RemoteObjects } from './ports.ts';
import { readOn } from './read-on.ts';
import { spool, type Spooled } from './spool.ts';

const uploads = 3;
const attempts = 2;
/** Names and sizes of files that are there; they cannot change. */
const rememberedSizes = 100_000;

interface Dependencies {
  readonly objects: RemoteObjects;
  /** For what is on its way there: its hash must be known before it has a name. */
  readonly spoolFolder: string;
  readonly pause: (attempt: number) => Promise<void>;
}

/** Files in a storage elsewhere, which is believed nothing: what was put is read back and hashed. */
export function createRemoteStorage({ objects, spoolFolder, pause }: Dependencies): MediaStorage {
  const sizes = new Map<string, number>();
  const remember = (sha256: string, bytes: number) => {
    if (sizes.size >= rememberedSizes) sizes.clear();
    sizes.set(sha256, bytes);
  };

  const size = async (sha256: string) => {
    const known = sizes.get(sha256);
    if (known !== undefined) return known;
    const bytes = await trying(() => objects.size(sha256), pause);
    if (bytes !== null) remember(sha256, bytes);
    return bytes;
  };

  const isWhole = async ({ sha256, bytes }: MediaFile) => {
    const hash = createHash('sha256');
    let read = 0;
    for await (const chunk of readOn({ read: (range, signal) => objects.read(sha256, range, signal), range: { start: 0, end: bytes - 1 }, pause })) {
      hash.update(chunk);
      read += chunk.length;
    }
    return read === bytes && hash.digest('hex') === sha256;
  };

  const upload = async (file: Spooled, type: string): Promise<MediaFile> => {
    const { sha256, bytes } = file;
    const before = await trying(() => objects.sizeBeforeUpload(sha256), pause);
    let isThere = before === bytes && (await isWhole(file));
    for (let attempt = 1; !isThere; attempt += 1) {
      if (attempt > uploads) throw new TeachifyError('server_error', `The media storage keeps other bytes than it was sent, ${uploads} times`, { retryable: false });
      await trying(() => objects.upload(file, type), pause);
      isThere = (await trying(() => objects.sizeBeforeUpload(sha256), pause)) === bytes && (await isWhole(file));
      // Nobody shall take it for the file of that name.
      if (!isThere) await trying(() => objects.remove(sha256), pause);
    }
    remember(sha256, bytes);
    return { sha256, bytes };
  };

  return {
    size,
    localPath: () => null,
    put: (content, about) => spool(spoolFolder, content, about, (file) => upload(file, about?.type ?? 'application/octet-stream')),
    open: async (sha256, range) => {
      const bytes = await size(sha256);
      if (bytes === null) throw notFound('File');
      const closing = new AbortController();
      const body = readOn({ read: (part, signal) => objects.read(sha256, part, signal), range: range ?? { start: 0, end: bytes - 1 }, pause, signal: closing.signal });
      // What fails at once is said by status, not by a body that ends early.
      const first = await body.next().catch((error: unknown) => Promise.reject(unavailable(error)));
      return readableOf(startingWith(first, body), closing);
    },
    remove: async (sha256) => {
      sizes.delete(sha256);
      await trying(() => objects.remove(sha256), pause);
    },
    list: () => objects.list(),
  };
}

async function* startingWith(first: IteratorResult<Uint8Array>, rest: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (first.done) return;
  yield first.value;
  yield* rest;
}

/** Ends at once when it is destroyed, also while the storage is silent; what `Readable.from` makes would wait for it. */
function readableOf(chunks: AsyncGenerator<Uint8Array>, closing: AbortController): Readable {
  // Ends when a silent storage says something; nobody waits for it.
  closing.signal.addEventListener('abort', () => void chunks.return(undefined).then(null, () => {}));
  return new Readable({
    highWaterMark: 64 * 1024,
    read() {
      chunks.next().then(({ done, value }) => this.push(done ? null : value), (error: unknown) => this.destroy(unavailable(error)));
    },
    destroy: (error, done) => {
      closing.abort();
      done(error);
    },
  });
}

async function trying<Result>(act: () => Promise<Result>, pause: (attempt: number) => Promise<void>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await act();
    } catch (error) {
      if (isTeachifyError(error) || attempt === attempts) throw unavailable(error);
      await pause(attempt);
    }
  }
}

function unavailable(error: unknown): TeachifyError {
  if (isTeachifyError(error)) return error;
  return new TeachifyError('server_error', 'The media storage does not answer', { cause: error, retryAfter: 5 });
}
