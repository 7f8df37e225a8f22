import { createReadStream } from 'node:fs';
import type { UploadApiResponse } from 'cloudinary';
import { z } from 'zod';
import { sha256Schema } from '../../shared/models/manifest.ts';
import { notFound } from '../errors.ts';
import type { MediaFile, RemoteObjects } from './ports.ts';
import { refusedForGood } from './refusal.ts';

/** At least 5 MB by Cloudinary's rules. */
const chunkBytes = 6_000_000;
const folder = 'teachify/';

/** `cloudinary://key:secret@cloud`, with the SDK's own settings as its query. */
const accountSchema = z
  .url({ protocol: /^cloudinary$/ })
  .transform((text) => new URL(text))
  .transform(({ username, password, hostname, searchParams }) => ({
    api_key: decodeURIComponent(username),
    api_secret: decodeURIComponent(password),
    cloud_name: hostname,
    secure: searchParams.get('secure') !== 'false',
    ...Object.fromEntries(['upload_prefix', 'cname', 'secure_distribution', 'signature_algorithm'].flatMap((name) => (searchParams.has(name) ? [[name, searchParams.get(name)]] : []))),
  }));

const resourcesSchema = z.object({ resources: z.array(z.object({ public_id: z.string(), bytes: z.int() })), next_cursor: z.string().optional() });

/** Raw files of the type `authenticated`: their addresses are signed, and nobody finds them by name alone. */
export async function openCloudinaryObjects(cloudinaryUrl: string): Promise<RemoteObjects> {
  const { v2: cloudinary } = (await import('cloudinary')).default;
  const account = { ...accountSchema.parse(cloudinaryUrl), resource_type: 'raw', type: 'authenticated' } as const;
  const idOf = (sha256: string) => `${folder}${sha256}`;
  const ask = (sha256: string, init: RequestInit) =>
    fetch(cloudinary.url(idOf(sha256), { ...account, sign_url: true, urlAnalytics: false }), { ...init, headers: { ...init.headers, 'accept-encoding': 'identity' } });
  const list = (cursor: string | undefined) =>
    cloudinary.api.resources({ ...account, prefix: folder, max_results: 500, ...(cursor ? { next_cursor: cursor } : {}) }).then((answer: unknown) => resourcesSchema.parse(answer), refuse);

  return {
    size: async (sha256) => {
      const answer = await ask(sha256, { method: 'HEAD' });
      if (answer.status === 404) return null;
      if (!answer.ok) throw unexpected(answer.status);
      return Number(answer.headers.get('content-length'));
    },
    // Its address would be remembered as empty for a while by those who were asked for it too early.
    sizeBeforeUpload: (sha256) => cloudinary.api.resource(idOf(sha256), { ...account }).then(({ bytes }: { bytes: number }) => bytes, (error: unknown) => (codeOf(error) === 404 ? null : refuse(error))),
    upload: async ({ sha256, path }) => {
      await new Promise<UploadApiResponse>((resolve, reject) => {
        const source = createReadStream(path, { highWaterMark: 1024 * 1024 });
        const done = (error: unknown, answer: UploadApiResponse | undefined) => {
          source.destroy();
          return answer && !error ? resolve(answer) : reject(plain(error));
        };
        // Without `disable_promises` a chunk that fails also rejects a promise that nobody holds.
        const options = { ...account, public_id: idOf(sha256), overwrite: true, chunk_size: chunkBytes, disable_promises: true };
        source.once('error', reject).pipe(cloudinary.uploader.upload_chunked_stream(options, done));
      });
    },
    read: async (sha256, range, signal) => {
      const answer = await ask(sha256, { signal, headers: range ? { range: `bytes=${range.start}-${range.end}` } : {} });
      if (answer.status === 404) throw notFound('File');
      const isAsked = range ? answer.status === 206 && answer.headers.get('content-range')?.startsWith(`bytes ${range.start}-`) : answer.status === 200;
      if (!isAsked || !answer.body) throw unexpected(answer.status);
      return answer.body;
    },
    remove: async (sha256) => void (await cloudinary.uploader.destroy(idOf(sha256), { ...account, invalidate: true }).catch(refuse)),
    list: async function* listed(): AsyncGenerator<MediaFile> {
      let cursor: string | undefined;
      do {
        const page = await list(cursor);
        for (const { public_id, bytes } of page.resources) {
          const sha256 = public_id.slice(folder.length);
          if (sha256Schema.safeParse(sha256).success) yield { sha256, bytes };
        }
        cursor = page.next_cursor;
      } while (cursor !== undefined);
    },
  };
}

const failureSchema = z.object({ message: z.unknown(), http_code: z.int().optional() });
const wrappedSchema = z.object({ error: failureSchema }).transform(({ error }) => error);

function codeOf(error: unknown): number | undefined {
  return z.union([wrappedSchema, failureSchema]).safeParse(error).data?.http_code;
}

/** The SDK's own errors carry the request with its key and secret, which no log shall see. */
function plain(error: unknown): Error {
  const found = z.union([wrappedSchema, failureSchema]).safeParse(error).data;
  const said = `Cloudinary: ${found ? `${String(found.message)} (${found.http_code ?? 'no answer'})` : 'no answer'}`;
  return isLasting(found?.http_code) ? refusedForGood(said) : new Error(said);
}

function unexpected(status: number): Error {
  const said = `Cloudinary answered ${status}`;
  return isLasting(status) ? refusedForGood(said) : new Error(said);
}

/** 420 is its word for too many requests. */
function isLasting(status = 0): boolean {
  return status >= 400 && status < 500 && ![404, 408, 409, 420, 429, 499].includes(status);
}

function refuse(error: unknown): never {
  throw plain(error);
}
