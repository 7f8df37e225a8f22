import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Upload } from 'tus-js-client';
import { z } from 'zod';
import { endpoints, endpointUrl } from '../../shared/api/endpoints.ts';
import type { SchoolFar } from './school-far.ts';

interface Sending {
  readonly school: SchoolFar;
  /** Remembers what was begun, so that a command that was broken off goes on where it was. */
  readonly memory: string;
  /** 0 to 1. */
  readonly onProgress: (share: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** A line that breaks is tried again for about ten minutes. */
const retryDelays = [0, 1000, 3000, 10_000, 30_000, 60_000, 120_000, 180_000, 180_000];
/** A part is kept whole by the school; also what a proxy in between may refuse to take at once. */
const partBytes = 16 * 1024 * 1024;
const memorySchema = z.record(z.string(), z.string());

/** Sends a file by tus, from where it stopped last time. @returns the upload's id */
export async function sendFile(file: string, { school, memory, onProgress, signal }: Sending): Promise<string> {
  const sha256 = await sha256Of(file);
  const known = await remembered(memory);
  const name = `${school.url} ${sha256}`;
  const uploadUrl = known[name];
  const { size } = await stat(file);
  const url = await new Promise<string>((resolve, reject) => {
    const upload: Upload = new Upload(createReadStream(file), {
      endpoint: endpointUrl(school.url, endpoints.uploads()),
      uploadSize: size,
      chunkSize: partBytes,
      metadata: { filename: basename(file), sha256 },
      retryDelays,
      storeFingerprintForResuming: false,
      ...(uploadUrl ? { uploadUrl } : {}),
      onBeforeRequest: async (request) => request.setHeader('authorization', `Bearer ${await school.accessToken()}`),
      onUploadUrlAvailable: () => void remember(memory, name, upload.url).catch(reject),
      onProgress: (sent, of) => onProgress(of ? sent / of : 1),
      onSuccess: () => resolve(upload.url ?? ''),
      onError: (error) => reject(new Error(refusalOf(error), { cause: error })),
    });
    signal?.addEventListener('abort', () => void upload.abort().then(() => reject(signal.reason as Error)));
    upload.start();
  });
  await remember(memory, name, null);
  return url.split('/').at(-1) ?? '';
}

/** The school's own sentence, where it gave one. */
function refusalOf(error: Error): string {
  const [, sentence] = /"error":"((?:[^"\\]|\\.)*)"/.exec(error.message) ?? [];
  return sentence ?? 'The file could not be sent. What has arrived is kept for a week: the same command goes on from there.';
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1024 * 1024 }), hash);
  return hash.digest('hex');
}

async function remembered(memory: string): Promise<Record<string, string>> {
  const text = await readFile(memory, 'utf8').catch(() => '{}');
  try {
    return memorySchema.parse(JSON.parse(text));
  } catch {
    return {}; // Damaged, it costs sending from the beginning.
  }
}

async function remember(memory: string, name: string, url: string | null): Promise<void> {
  const { [name]: _, ...others } = await remembered(memory);
  await mkdir(dirname(memory), { recursive: true, mode: 0o700 });
  await writeFile(`${memory}.new`, JSON.stringify({ ...others, ...(url ? { [name]: url } : {}) }), { mode: 0o600 });
  await rename(`${memory}.new`, memory);
}
