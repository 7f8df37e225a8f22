import { expect, it } from 'vitest';
import { createFetcher } from '../../../../../src/core/content/foreign/fetcher.ts';
import type { Transport } from '../../../../../src/core/net/ports.ts';

/** Answers GET with so many bytes in two chunks, and does not know HEAD. */
const transport =
  (bytes: number): Transport =>
  async ({ method, url }) => ({
    ...{ url, status: method === 'HEAD' ? 405 : 200, headers: {} },
    body: (async function* body() {
      if (method === 'HEAD') return;
      yield Buffer.alloc(bytes / 2, '#');
      yield Buffer.alloc(bytes / 2, '#');
    })(),
  });

function fetcherOf(bytes: number) {
  const spent: number[] = [];
  let waiting: (() => void)[] = [];
  const fetcher = createFetcher({
    transport: transport(bytes),
    authorisation: { accessToken: async () => null, replaceToken: async () => '' },
    serverUrl: () => 'http://school.test',
    spend: (more) => new Promise((resolve) => (spent.push(more), waiting.push(resolve))),
  });
  const letGo = async () => {
    for (let turn = 0; turn < 20; turn++) {
      for (const go of waiting.splice(0)) go();
      await new Promise(setImmediate);
    }
    waiting = [];
  };
  return { fetcher, spent, letGo };
}

it.each([
  ['a playlist', (fetcher: ReturnType<typeof createFetcher>) => fetcher.text('http://house.test/a.m3u8'), 1_000],
  ['a key', (fetcher: ReturnType<typeof createFetcher>) => fetcher.key('http://house.test/key'), 16],
  ['a part whose length nobody said', (fetcher: ReturnType<typeof createFetcher>) => fetcher.measure('http://house.test/part.ts'), 50_000],
])('%s is held to the student’s rate and counted, as every byte is', async (_, ask, bytes) => {
  const { fetcher, spent, letGo } = fetcherOf(bytes);
  let isOver = false;
  const asking = ask(fetcher).then(() => (isOver = true));
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  // The second half is not taken before the bucket lets it.
  expect({ spent, isOver }).toEqual({ spent: [bytes / 2], isOver: false });
  await letGo();
  await asking;
  expect(spent).toEqual([bytes / 2, bytes / 2]);
});
