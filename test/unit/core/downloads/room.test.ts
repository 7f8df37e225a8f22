import { statfs } from 'node:fs/promises';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { makeRoomFor, roomFor, storageView } from '../../../../src/core/downloads/storage-view.ts';

vi.mock('node:fs/promises', () => ({ statfs: vi.fn() }));

const mebibyte = 1024 * 1024;
const reserve = 200 * mebibyte;
let disk: { free: number; claimedBytes: number; cacheBytes: number };
beforeEach(() => {
  disk = { free: 10 * mebibyte, claimedBytes: 30 * mebibyte, cacheBytes: 50 * mebibyte };
  vi.mocked(statfs).mockImplementation((async () => ({ bavail: (reserve + disk.free) / 4096, blocks: 1_000_000, bsize: 4096 })) as unknown as typeof statfs);
});

const given: number[] = [];
const store = {
  folder: '/lessons',
  usage: async () => ({ ...disk, byLesson: new Map<string, number>() }),
  makeRoom: async (bytes: number) => {
    // Whole files, so a little more than was asked for.
    const freed = Math.min(disk.cacheBytes, bytes + mebibyte);
    given.push(bytes);
    disk = { ...disk, free: disk.free + freed, cacheBytes: disk.cacheBytes - freed };
    return freed;
  },
};
beforeEach(() => void (given.length = 0));

describe('the cache gives way to lessons', () => {
  it('is counted as room for a plan, but is not shown as free', async () => {
    expect(await roomFor(store, null)).toBe(60 * mebibyte);
    expect((await storageView(store, null, { entries: [], queuedBytes: 0 })).freeBytes).toBe(10 * mebibyte);
  });

  it('as far as a lesson needs it, and no further', async () => {
    expect(await makeRoomFor(store, null, 8 * mebibyte)).toBe(10 * mebibyte);
    expect(given).toEqual([]);
    expect(await makeRoomFor(store, null, 40 * mebibyte)).toBeGreaterThanOrEqual(40 * mebibyte);
    expect(given).toEqual([30 * mebibyte]);
    expect(disk.cacheBytes).toBe(19 * mebibyte);
  });

  it('not for a lesson that has no room even then', async () => {
    expect(await makeRoomFor(store, null, 61 * mebibyte)).toBe(10 * mebibyte);
    // The student's own limit leaves 20.
    expect(await makeRoomFor(store, 50 * mebibyte, 21 * mebibyte)).toBe(10 * mebibyte);
    expect(given).toEqual([]);
    expect(await makeRoomFor(store, 50 * mebibyte, 20 * mebibyte)).toBe(20 * mebibyte);
    expect(await roomFor(store, 50 * mebibyte)).toBe(20 * mebibyte - 0);
  });
});
