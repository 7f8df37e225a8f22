import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { openCloudinaryObjects } from './cloudinary-objects.ts';
import { createFolderStorage } from './folder-storage.ts';
import type { MediaStorage } from './ports.ts';
import { createRemoteStorage } from './remote-storage.ts';
import { openS3Objects } from './s3-objects.ts';

export const storageKindSchema = z.enum(['folder', 's3', 'cloudinary']);
export type StorageKind = z.infer<typeof storageKindSchema>;

/** Where each kind of storage is, as far as the school was told. */
export interface StoragePlaces {
  readonly data: string;
  readonly s3Bucket?: string | undefined;
  readonly s3Endpoint?: string | undefined;
  readonly s3Region: string;
  readonly s3Prefix: string;
  readonly cloudinaryUrl?: string | undefined;
}

export function isConfigured(kind: StorageKind, { s3Bucket, cloudinaryUrl }: StoragePlaces): boolean {
  return { folder: true, s3: s3Bucket !== undefined, cloudinary: cloudinaryUrl !== undefined }[kind];
}

/** Throws with a sentence when nothing says where it is. */
export async function openStorage(kind: StorageKind, places: StoragePlaces): Promise<MediaStorage> {
  const { data, s3Bucket, s3Endpoint, s3Region, s3Prefix, cloudinaryUrl } = places;
  const media = join(data, 'media');
  if (kind === 'folder') return createFolderStorage(media);
  const pause = (attempt: number) => sleep(100 * 2 ** attempt);
  const remote = { spoolFolder: join(media, 'incoming'), pause };
  if (kind === 's3') {
    if (!s3Bucket) throw new Error('Media in S3 need the name of a bucket: --s3-bucket (S3_BUCKET).');
    return createRemoteStorage({ ...remote, objects: await openS3Objects({ bucket: s3Bucket, endpoint: s3Endpoint, region: s3Region, prefix: s3Prefix }) });
  }
  if (!cloudinaryUrl) throw new Error('Media in Cloudinary need its address in the environment: CLOUDINARY_URL.');
  return createRemoteStorage({ ...remote, objects: await openCloudinaryObjects(cloudinaryUrl) });
}
