import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import type { MediaStorage } from '../../../src/server/storage/ports.ts';

export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Bytes that differ everywhere, so that a shifted range is seen. */
export function bytesOf(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed;
  for (let at = 0; at < length; at += 1) bytes[at] = (state = (Math.imul(state, 1103515245) + 12345) >>> 0) >>> 16;
  return bytes;
}

export async function names(storage: MediaStorage): Promise<string[]> {
  const found: string[] = [];
  for await (const { sha256: name } of storage.list()) found.push(name);
  return found.toSorted();
}

/** What every storage does. `get` gives the one that stands ready. */
export function storageContract(get: () => MediaStorage): void {
  const missing = '0'.repeat(64);

  it('keeps what it was given under the hash of its bytes, whole and in parts', async () => {
    const content = bytesOf(300_000);
    const file = await get().put([content.subarray(0, 100_000), content.subarray(100_000)]);
    expect(file).toEqual({ sha256: sha256(content), bytes: content.length });
    expect(await get().size(file.sha256)).toBe(content.length);
    expect((await buffer(await get().open(file.sha256))).equals(content)).toBe(true);
    for (const [start, end] of [[0, 0], [0, 99], [77_777, 211_111], [299_999, 299_999]] as const) {
      expect((await buffer(await get().open(file.sha256, { start, end }))).equals(content.subarray(start, end + 1))).toBe(true);
    }
  });

  it('takes a file that is larger than one part, as it comes', async () => {
    const chunk = bytesOf(1024 * 1024, 7);
    const hash = createHash('sha256');
    async function* chunks() {
      for (let index = 0; index < 18; index += 1) {
        chunk[0] = index;
        hash.update(chunk);
        yield Buffer.from(chunk);
      }
    }
    const file = await get().put(chunks());
    expect(file).toEqual({ sha256: hash.digest('hex'), bytes: 18 * 1024 * 1024 });
    const again = createHash('sha256');
    for await (const part of await get().open(file.sha256)) again.update(part as Uint8Array);
    expect(again.digest('hex')).toBe(file.sha256);
  });

  it('puts again what is there, and nothing changes', async () => {
    const content = bytesOf(5000, 3);
    const first = await get().put([content], { type: 'image/jpeg' });
    const before = await names(get());
    expect(await get().put([content])).toEqual(first);
    expect(await names(get())).toEqual(before);
  });

  it('refuses other bytes than those expected, and content that fails on the way; nothing of it is there', async () => {
    const before = await names(get());
    const content = bytesOf(4000, 4);
    await expect(get().put([content], { sha256: missing })).rejects.toMatchObject({ code: 'piece_corrupt' });
    async function* failing() {
      yield content;
      throw new Error('the source broke');
    }
    await expect(get().put(failing())).rejects.toThrow('the source broke');
    expect(await names(get())).toEqual(before);
    expect(await get().size(sha256(content))).toBe(null);
  });

  it('tells the name before anything lies under it, and takes nothing in when that is refused', async () => {
    const content = bytesOf(6000, 5);
    const told: unknown[] = [];
    await expect(get().put([content], { announce: () => Promise.reject(new Error('not now')) })).rejects.toThrow('not now');
    const announce = async (name: string) => void told.push([name, await get().size(name)]);
    await get().put([content], { announce });
    expect(told).toEqual([[sha256(content), null]]);
  });

  it('says that a file is not there, of one that never was and of one that went', async () => {
    expect(await get().size(missing)).toBe(null);
    await expect(get().open(missing)).rejects.toMatchObject({ code: 'not_found' });
    await get().remove(missing);
    const { sha256: name } = await get().put([bytesOf(100, 9)]);
    await get().remove(name);
    expect(await get().size(name)).toBe(null);
    expect(await names(get())).not.toContain(name);
    await expect(get().open(name)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('lists every file with its size', async () => {
    const given = await Promise.all([11, 12, 13, 14, 15].map((length) => get().put([bytesOf(length, length)])));
    const listed = new Map<string, number>();
    for await (const { sha256: name, bytes } of get().list()) listed.set(name, bytes);
    for (const { sha256: name, bytes } of given) expect(listed.get(name)).toBe(bytes);
  });

  it('lets go of what nobody reads on', async () => {
    const { sha256: name } = await get().put([bytesOf(2_000_000, 20)]);
    const readable = await get().open(name);
    await new Promise((resolve) => readable.once('readable', resolve));
    const closed = new Promise((resolve) => readable.once('close', resolve));
    readable.destroy();
    await expect(closed).resolves.toBeUndefined();
  });
}
