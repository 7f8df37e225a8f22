import { expect, it } from 'vitest';
import type { SchoolClient } from '../school-client.ts';

interface Published {
  readonly client: SchoolClient;
  readonly path: string;
}

/** How a published file is given out, whoever sends it. `get` names one that a client of the school asks for. */
export function mediaHttpContract(get: () => Published): void {
  const whole = async () => (await get().client.bytes(get().path)).body;

  it.each([
    ['the beginning', 'bytes=0-99', (size: number) => [0, 99, size]],
    ['the middle', 'bytes=1000-1999', (size: number) => [1000, 1999, size]],
    ['the rest', 'bytes=500-', (size: number) => [500, size - 1, size]],
    ['the end', 'bytes=-10', (size: number) => [size - 10, size - 1, size]],
    ['more than there is', 'bytes=500-99999999', (size: number) => [500, size - 1, size]],
  ])('gives a part of it: %s', async (_, range, expected) => {
    const file = await whole();
    const [start = 0, end = 0, size] = expected(file.length);
    const answer = await get().client.bytes(get().path, { headers: { range } });
    expect(answer.status).toBe(206);
    expect(answer.headers.get('content-range')).toBe(`bytes ${start}-${end}/${size}`);
    expect(answer.headers.get('content-length')).toBe(String(end - start + 1));
    expect(answer.body.equals(file.subarray(start, end + 1))).toBe(true);
  });

  it('answers a part beyond the end with 416 and the size', async () => {
    const size = (await whole()).length;
    const answer = await get().client.bytes(get().path, { headers: { range: `bytes=${size}-` } });
    expect([answer.status, answer.headers.get('content-range')]).toEqual([416, `bytes */${size}`]);
  });

  it.each(['lines=1-2', 'bytes=0-1,5-6'])('gives all of it for a range it does not serve: %s', async (range) => {
    const answer = await get().client.bytes(get().path, { headers: { range } });
    expect(answer.status).toBe(200);
    expect(answer.body.equals(await whole())).toBe(true);
  });

  it('may be kept for ever by anyone, and costs nothing when it is', async () => {
    const first = await get().client.bytes(get().path);
    const etag = first.headers.get('etag') ?? '';
    expect(first.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(etag).toBe(`"${get().path.slice('/media/'.length)}"`);
    const again = await get().client.bytes(get().path, { headers: { 'if-none-match': `"other", ${etag}` } });
    expect([again.status, again.body.length]).toEqual([304, 0]);
  });

  it('gives a part only of the version that was meant', async () => {
    const range = 'bytes=0-9';
    const etag = `"${get().path.slice('/media/'.length)}"`;
    expect((await get().client.bytes(get().path, { headers: { range, 'if-range': etag } })).status).toBe(206);
    expect((await get().client.bytes(get().path, { headers: { range, 'if-range': '"another"' } })).status).toBe(200);
  });

  it('answers HEAD with the length and no body', async () => {
    const answer = await get().client.bytes(get().path, { method: 'HEAD' });
    expect([answer.status, answer.headers.get('content-length'), answer.body.length]).toEqual([200, String((await whole()).length), 0]);
  });

  it('gives a byte, and all of it by an open range', async () => {
    const file = await whole();
    expect((await get().client.bytes(get().path, { headers: { range: 'bytes=7-7' } })).body).toEqual(file.subarray(7, 8));
    expect((await get().client.bytes(get().path, { headers: { range: 'bytes=0-' } })).body.equals(file)).toBe(true);
  });

  it('answers HEAD for a part with what GET would say', async () => {
    const size = (await whole()).length;
    const answer = await get().client.bytes(get().path, { method: 'HEAD', headers: { range: 'bytes=10-19' } });
    expect([answer.status, answer.headers.get('content-range'), answer.headers.get('content-length')]).toEqual([206, `bytes 10-19/${size}`, '10']);
  });

  it('gives all of it for a date as If-Range, and for a weak tag', async () => {
    for (const ifRange of [new Date(0).toUTCString(), `W/"${get().path.slice('/media/'.length)}"`]) {
      expect((await get().client.bytes(get().path, { headers: { range: 'bytes=0-9', 'if-range': ifRange } })).status).toBe(200);
    }
  });

  it('is never encoded on the way, and may be read by a page of any origin', async () => {
    const answer = await get().client.bytes(get().path, { headers: { 'accept-encoding': 'gzip, br, zstd', range: 'bytes=0-999', origin: 'https://elsewhere.example' } });
    expect([answer.headers.get('content-encoding'), answer.headers.get('access-control-allow-origin'), answer.headers.get('x-content-type-options')]).toEqual([null, '*', 'nosniff']);
    expect(answer.headers.get('access-control-expose-headers')).toContain('content-range');
  });
}

/** Where RFC 9110 leaves a choice: what our own server does, and what stands before it may do otherwise. */
export function ownMediaHttpContract(get: () => Published): void {
  const etag = () => `"${get().path.slice('/media/'.length)}"`;
  const ask = (headers: Record<string, string>, method = 'GET') => get().client.bytes(get().path, { method, headers });

  it.each(['bytes=9-5', 'bytes=a-b', 'bytes=', 'bytes=-', 'bytes 0-1', 'bytes=0x0-0x9', 'bytes=1-2-3', 'bytes=-1-5'])('takes a range that makes no sense for none (14.2): %s', async (range) => {
    const answer = await ask({ range });
    expect([answer.status, answer.headers.get('content-range')]).toEqual([200, null]);
    expect(answer.body.equals((await ask({})).body)).toBe(true);
  });

  it.each(['bytes=0-1,5-6', 'bytes=0-0,-1', 'bytes=0-,0-,0-,0-', 'bytes=5-6, 99999999999-'])('answers several ranges with all of it, once (14.2 allows it, 17.15 warns of more): %s', async (range) => {
    const answer = await ask({ range });
    expect([answer.status, answer.headers.get('content-type')?.startsWith('multipart/'), answer.body.equals((await ask({})).body)]).toEqual([200, false, true]);
  });

  it('knows the unit in any case, and the last nothing of a file is no part of it', async () => {
    expect((await ask({ range: 'BYTES=0-3' })).status).toBe(206);
    expect((await ask({ range: 'bytes=-0' })).status).toBe(416);
  });

  it('a copy that is good needs no part: If-None-Match goes before Range (13.2.2)', async () => {
    const answer = await ask({ range: 'bytes=0-9', 'if-none-match': etag() });
    expect([answer.status, answer.body.length, answer.headers.get('etag')]).toEqual([304, 0, etag()]);
    expect((await ask({ range: 'bytes=0-9', 'if-none-match': '"another"' })).status).toBe(206);
    expect((await ask({ range: 'bytes=0-9', 'if-none-match': '*' })).status).toBe(304);
  });

  it('If-Range is one strong tag: another, a list, or our own without its quotes gets all of it (13.1.5)', async () => {
    for (const ifRange of ['"another"', `${etag()}, "another"`, etag().slice(1, -1), `W/${etag()}`, '*']) {
      const answer = await ask({ range: 'bytes=0-9', 'if-range': ifRange });
      expect([ifRange, answer.status, answer.headers.get('content-range')]).toEqual([ifRange, 200, null]);
    }
    expect((await ask({ range: 'bytes=99999999999-', 'if-range': '"another"' })).status).toBe(200);
    expect((await ask({ range: 'bytes=99999999999-', 'if-range': etag() })).status).toBe(416);
  });

  it('a part, a refusal and a HEAD name the file’s tag and rules as the whole does', async () => {
    const rules = (answer: Awaited<ReturnType<typeof ask>>) => ['etag', 'cache-control', 'accept-ranges', 'x-content-type-options', 'access-control-allow-origin'].map((name) => answer.headers.get(name));
    const whole = rules(await ask({}));
    expect(whole).toEqual([etag(), 'public, max-age=31536000, immutable', 'bytes', 'nosniff', '*']);
    for (const answer of [await ask({ range: 'bytes=0-9' }), await ask({ range: 'bytes=99999999999-' }), await ask({}, 'HEAD')]) expect(rules(answer)).toEqual(whole);
  });
}
