import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStorage, type StoragePlaces } from '../../../src/server/storage/open-storage.ts';
import type { MediaStorage } from '../../../src/server/storage/ports.ts';
import { startCloudinaryDouble, type CloudinaryDouble } from '../../harness/storage/cloudinary-double.ts';
import type { Faults } from '../../harness/storage/faults.ts';
import { startS3Server, type S3Server } from '../../harness/storage/s3-server.ts';
import { bytesOf, names, sha256, storageContract } from '../../harness/storage/storage-contract.ts';
import { openSmallDisk } from '../../harness/small-disk.ts';
import { lastingFolder } from '../../harness/temporary-folder.ts';

let s3: S3Server;
let cloudinary: CloudinaryDouble;
let places: StoragePlaces;
const storages = new Map<string, MediaStorage>();
const storageOf = (kind: string) => storages.get(kind) as MediaStorage;
const { folder, remove } = lastingFolder();

beforeAll(async () => {
  [s3, cloudinary] = await Promise.all([startS3Server(), startCloudinaryDouble()]);
  Object.assign(process.env, s3.env, { CLOUDINARY_URL: cloudinary.url });
  places = { data: folder, s3Bucket: s3.bucket, s3Endpoint: s3.endpoint, s3Region: 'us-east-1', s3Prefix: 'media/', cloudinaryUrl: cloudinary.url };
  for (const kind of ['folder', 's3', 'cloudinary'] as const) storages.set(kind, await openStorage(kind, places));
});
afterAll(async () => {
  await Promise.all([s3.close(), cloudinary.close()]);
  remove();
});

describe.each(['folder', 's3', 'cloudinary'])('media in: %s', (kind) => {
  storageContract(() => storageOf(kind));

  it('leaves nothing of its own work behind', async () => {
    expect(await readdir(join(folder, 'media', 'incoming')).catch(() => [])).toEqual([]);
  });
});

describe.each(['s3', 'cloudinary'])('a storage elsewhere that does not do its part: %s', (kind) => {
  const faults = (): Faults => (kind === 's3' ? s3 : cloudinary).faults;

  it('a body that is cut is read on from where it ended', async () => {
    const content = bytesOf(500_000, 31);
    const { sha256: name } = await storageOf(kind).put([content]);
    Object.assign(faults(), { cuts: 5, cutAfter: 70_000 });
    expect((await buffer(await storageOf(kind).open(name, { start: 1000, end: 480_000 }))).equals(content.subarray(1000, 480_001))).toBe(true);
    expect(faults().cuts).toBe(0);
  });

  it('bytes that it kept wrong are noticed, and sent again', async () => {
    const content = bytesOf(20_000, 32);
    faults().damages = 1;
    const { sha256: name } = await storageOf(kind).put([content]);
    expect((await buffer(await storageOf(kind).open(name))).equals(content)).toBe(true);
  });

  it('what it refuses for good is told from an outage, and says why', async () => {
    const before = await names(storageOf(kind));
    const put = () => storageOf(kind).put([bytesOf(20_000, 34)]);
    faults().forbids = true;
    await expect(put()).rejects.toMatchObject({ code: 'server_error', retryable: false, message: expect.stringMatching(/^The media storage refuses .*403/) as string });
    faults().forbids = false;
    faults().refusals = 1000;
    await expect(put()).rejects.toMatchObject({ code: 'server_error', retryable: true, message: 'The media storage does not answer' });
    faults().refusals = 0;
    expect(await names(storageOf(kind))).toEqual(before);
  });

  it('one that keeps everything wrong is left with nothing, and the failure is said', async () => {
    const content = bytesOf(20_000, 33);
    faults().damages = 1000;
    await expect(storageOf(kind).put([content])).rejects.toMatchObject({ code: 'server_error' });
    faults().damages = 0;
    expect(await names(storageOf(kind))).not.toContain(sha256(content));
  });

  it('a moment of 503 is waited for; a long one is said, and over when it is over', async () => {
    const content = bytesOf(20_000, 34);
    const { sha256: name } = await storageOf(kind).put([content]);
    faults().refusals = 1;
    expect((await buffer(await storageOf(kind).open(name))).equals(content)).toBe(true);
    faults().refusals = 1000;
    await expect(storageOf(kind).open(name)).rejects.toMatchObject({ code: 'server_error' });
    await expect(storageOf(kind).put([bytesOf(10, 35)])).rejects.toMatchObject({ code: 'server_error' });
    faults().refusals = 0;
    expect((await buffer(await storageOf(kind).open(name))).equals(content)).toBe(true);
  });

  it('one that goes silent holds nobody who leaves', async () => {
    const { sha256: name } = await storageOf(kind).put([bytesOf(500_000, 36)]);
    faults().silences = 1;
    const readable = await storageOf(kind).open(name);
    readable.resume();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const closed = new Promise((resolve) => readable.once('close', resolve));
    readable.destroy();
    await expect(closed).resolves.toBeUndefined();
  });

  it('a name that went behind our back is not there', async () => {
    const { sha256: name } = await storageOf(kind).put([bytesOf(400, 37)]);
    const other = await openStorage(kind as 's3', places);
    await other.remove(name);
    await expect(storageOf(kind).open(name)).rejects.toMatchObject({ code: 'not_found' });
  });
});

it('an S3 that loses parts of a file for a while is asked to forget them and gets it whole, also by a key that may not abort', async () => {
  const content = bytesOf(17 * 1024 * 1024, 38);
  // Two parts are on their way at a time, and each is tried three times.
  s3.parts.refused = 6;
  const file = await storageOf('s3').put([content]);
  expect((await buffer(await storageOf('s3').open(file.sha256))).equals(content)).toBe(true);
  expect([s3.parts.refused, s3.aborted.length]).toEqual([0, 1]);
});

it('Cloudinary saw no request without the right signature, and a wrong secret is refused and not told', async () => {
  expect(cloudinary.forgeries).toEqual([]);
  const forger = await openStorage('cloudinary', { ...places, cloudinaryUrl: cloudinary.url.replace('a%20secret', 'another') });
  const error = await forger.put([bytesOf(10)]).then(() => null, (thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'server_error' });
  const told = JSON.stringify(error, (_, value: unknown) => (value instanceof Error ? { ...value, message: value.message, stack: value.stack, cause: value.cause } : value));
  expect(told).not.toContain('another');
  expect(cloudinary.forgeries.length).toBeGreaterThan(0);
});

it('a full disk is said, costs nothing that was there, and is over when there is room', async (test) => {
  const disk = await openSmallDisk(8);
  if (!disk) return test.skip();
  try {
    const storage = await openStorage('folder', { ...places, data: disk.folder });
    const there = await storage.put([bytesOf(1_000_000)]);
    disk.fill();
    await expect(storage.put([bytesOf(2_000_000, 2)])).rejects.toMatchObject({ code: 'disk_full' });
    expect(await names(storage)).toEqual([there.sha256]);
    await disk.clear();
    await storage.put([bytesOf(2_000_000, 2)]);
    expect((await buffer(await storage.open(there.sha256))).equals(bytesOf(1_000_000))).toBe(true);
  } finally {
    await disk.close();
  }
});

it.each([
  ['s3', /--s3-bucket \(S3_BUCKET\)/],
  ['cloudinary', /CLOUDINARY_URL/],
] as const)('says what is missing when nothing tells where it is: %s', async (kind, sentence) => {
  await expect(openStorage(kind, { data: folder, s3Region: 'us-east-1', s3Prefix: '' })).rejects.toThrow(sentence);
});
