import { createReadStream } from 'node:fs';
import { addAbortSignal, type Readable } from 'node:stream';
import { sha256Schema } from '../../shared/models/manifest.ts';
import { notFound } from '../errors.ts';
import type { MediaFile, RemoteObjects } from './ports.ts';
import { refusedForGood } from './refusal.ts';

export interface S3Place {
  readonly bucket: string;
  /** Of another house than Amazon's. */
  readonly endpoint?: string | undefined;
  readonly region: string;
  /** Before each name: `media/`. */
  readonly prefix: string;
}

const partBytes = 8 * 1024 * 1024;
/** A connection that is silent for so long is cut; who still wants something of it asks again. */
const idleMs = 30_000;
/** One per student who is being sent to; the SDK's own 50 would hold up the others. */
const connections = 1000;

/** Objects in a bucket. Credentials are found as every AWS program finds them: environment, profile, role of the machine. */
export async function openS3Objects({ bucket, endpoint, region, prefix }: S3Place): Promise<RemoteObjects> {
  // Half a megabyte of code that a school with a folder does not need.
  const s3 = await import('@aws-sdk/client-s3');
  const { Upload } = await import('@aws-sdk/lib-storage');
  const client = new s3.S3Client({
    region,
    // Others know buckets by path; a host name per bucket is Amazon's.
    ...(endpoint ? { endpoint, forcePathStyle: true } : {}),
    // What they do with Amazon's trailing checksums: some store them with the bytes.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: 10_000, requestTimeout: 60_000, socketTimeout: idleMs, httpAgent: { maxSockets: connections, keepAlive: true }, httpsAgent: { maxSockets: connections, keepAlive: true } },
  });
  const place = (sha256: string) => ({ Bucket: bucket, Key: `${prefix}${sha256}` });
  const size = async (sha256: string) => {
    try {
      return (await client.send(new s3.HeadObjectCommand(place(sha256)))).ContentLength ?? null;
    } catch (error) {
      if (isMissing(error)) return null;
      throw named(error);
    }
  };
  return {
    size,
    sizeBeforeUpload: size,
    upload: async ({ sha256, path }, type) => {
      const about = { ContentType: type, CacheControl: 'public, max-age=31536000, immutable' };
      const params = { ...place(sha256), ...about, Body: createReadStream(path, { highWaterMark: 1024 * 1024 }) };
      // It would throw what came of aborting in place of what went wrong.
      const upload = new Upload({ client, params, partSize: partBytes, queueSize: 2, leavePartsOnError: true });
      try {
        await upload.done();
      } catch (error) {
        // A storage that is away, or a key without that right, leaves the parts to the rule of the bucket.
        if (upload.uploadId !== undefined) await client.send(new s3.AbortMultipartUploadCommand({ ...place(sha256), UploadId: upload.uploadId })).catch(() => {});
        refuse(error);
      }
    },
    read: async (sha256, range, signal) => {
      try {
        const answer = await client.send(new s3.GetObjectCommand({ ...place(sha256), ...(range ? { Range: `bytes=${range.start}-${range.end}` } : {}) }), { abortSignal: signal });
        if (range && !answer.ContentRange?.startsWith(`bytes ${range.start}-`)) throw new Error('The storage sent another range than the one asked for');
        return addAbortSignal(signal, answer.Body as Readable);
      } catch (error) {
        throw isMissing(error) ? notFound('File') : named(error);
      }
    },
    remove: async (sha256) => void (await client.send(new s3.DeleteObjectCommand(place(sha256))).catch(refuse)),
    list: async function* list(): AsyncGenerator<MediaFile> {
      for await (const { Contents = [] } of s3.paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
        for (const { Key = '', Size = 0 } of Contents) {
          const sha256 = Key.slice(prefix.length);
          if (sha256Schema.safeParse(sha256).success) yield { sha256, bytes: Size };
        }
      }
    },
  };
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && ['NoSuchKey', 'NotFound'].includes(error.name);
}

/** What no waiting mends, by S3's own words; all else may be an outage. */
const lasting = new Set(['AccessDenied', 'AccountProblem', 'AuthorizationHeaderMalformed', 'CredentialsProviderError', 'EntityTooLarge', 'InvalidAccessKeyId', 'InvalidBucketName', 'NoSuchBucket', 'PermanentRedirect', 'SignatureDoesNotMatch']);

function named(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const status = '$metadata' in error ? (error.$metadata as { readonly httpStatusCode?: number }).httpStatusCode : undefined;
  if (!lasting.has(error.name) && status !== 401 && status !== 403) return error;
  return refusedForGood([error.name, status].filter((part) => part !== undefined).join(', '), error);
}

function refuse(error: unknown): never {
  throw named(error);
}
