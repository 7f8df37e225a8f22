import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createFolderStorage } from '../../../src/server/storage/folder-storage.ts';
import { startSchoolServer, type SchoolServer } from '../../harness/school-server.ts';

const bytes = randomBytes(3 * 1024 * 1024 + 17);
let school: SchoolServer;
let address: string;

beforeAll(async () => {
  school = await startSchoolServer();
  const { sha256 } = await createFolderStorage(join(school.folder, 'media')).put([bytes]);
  address = `${school.url}/media/${sha256}`;
});
afterAll(() => school.close());

const hash = (of: Uint8Array) => createHash('sha256').update(of).digest('hex');
const ask = async (headers: Record<string, string> = {}): Promise<IncomingMessage> => (await once(get(address, { headers, agent: false }), 'response'))[0] as IncomingMessage;
/** Takes an answer with a pause after each chunk. */
const take = async (answer: IncomingMessage, pauseMs = 0): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) {
    chunks.push(chunk as Buffer);
    if (pauseMs > 0) await later(pauseMs);
  }
  return Buffer.concat(chunks);
};

it('a large file comes whole, and in large parts', async () => {
  const whole = await ask();
  expect([whole.statusCode, whole.headers['content-length'], whole.headers['accept-ranges']]).toEqual([200, String(bytes.length), 'bytes']);
  expect(hash(await take(whole))).toBe(hash(bytes));
  const part = await ask({ range: 'bytes=100-2000000' });
  expect([part.statusCode, part.headers['content-range']]).toEqual([206, `bytes 100-2000000/${bytes.length}`]);
  expect(hash(await take(part))).toBe(hash(bytes.subarray(100, 2_000_001)));
});

it('sixty who take theirs slowly each get their own bytes', async () => {
  const parts = await Promise.all(
    Array.from({ length: 60 }, async (_, client) => {
      const start = client * 30_000;
      const answer = await ask({ range: `bytes=${start}-${start + 999_999}` });
      return hash(await take(answer, 5)) === hash(bytes.subarray(start, start + 1_000_000));
    }),
  );
  expect(parts).toEqual(Array.from({ length: 60 }, () => true));
});

it('who hangs up in the middle costs the others nothing', async () => {
  const left = await Promise.all(Array.from({ length: 30 }, () => ask()));
  for (const answer of left) {
    answer.once('error', () => {});
    answer.destroy();
  }
  expect(hash(await take(await ask()))).toBe(hash(bytes));
});
