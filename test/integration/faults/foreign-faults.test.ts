import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { exitCodes } from '../../../src/cli/exit-codes.ts';
import { openTrueSchool, type FaultySchool, type TrueSchool } from '../../harness/faulty-school.ts';
import { encodeLockedTs, linkForeign, openForeignHouse, type ForeignHouse } from '../../harness/foreign-hls.ts';
import { sentences } from '../../harness/sentences.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';
import { runInside } from '../../harness/tool-inside.ts';

const id = 'locked';

let truth: TrueSchool;
let school: FaultySchool;
let house: ForeignHouse;
let folder: string;
let data: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'teachify-elsewhere-'));
  [truth, house] = await Promise.all([openTrueSchool(), openForeignHouse(folder), encodeLockedTs(folder)]);
  await linkForeign(truth.server, id, `${house.url}/ts/playlist.m3u8`);
});
beforeEach(async () => {
  school = await truth.open();
  data = temporaryFolder();
  Object.assign(house.manner, { goodFor: null, refused: {} });
  house.requests.length = 0;
  return () => school.close();
});
afterAll(async () => {
  await Promise.all([house.close(), truth.close()]);
  await rm(folder, { recursive: true, force: true });
});

const tool = (...args: readonly string[]) => runInside({ data, url: school.url }, ...args);
const take = () => tool('download', id, '--quality', 'original', '--wait', '1');
/** Segments that were given out, in any order. */
const given = () => house.requests.filter(({ method, path, status }) => method === 'GET' && path.endsWith('.ts') && status < 300).map(({ path }) => path).toSorted();
const segments = ['/ts/playlist0.ts', '/ts/playlist1.ts', '/ts/playlist2.ts', '/ts/playlist3.ts'];
async function expectWhole(): Promise<void> {
  expect((await tool('verify', id, '--no-repair')).code).toBe(exitCodes.ok);
}

it('addresses that are good for one request each (403 in the middle, again and again): described anew, whole, and no segment twice', async () => {
  house.manner.goodFor = 1;
  const { code, lines } = await take();
  expect({ code, last: lines.at(-1) }).toMatchObject({ code: exitCodes.ok, last: { event: 'done' } });
  expect(house.requests.filter(({ status }) => status === 403).length).toBeGreaterThan(0);
  expect(given()).toEqual(segments);
  await expectWhole();
});

it.each([
  ['403 for good', 403, 'forbidden'],
  ['one segment that is not there any more', 404, 'not_found'],
] as const)('%s: says so, keeps what came, and asks for the rest alone when it may', async (_, status, reason) => {
  house.manner.refused = { '/ts/playlist2.ts': status };
  const { lines } = await take();
  expect(lines.at(-1)).toMatchObject({ event: 'gave_up', reason, sentence: sentences[reason] });
  expect(given()).not.toContain('/ts/playlist2.ts');
  house.manner.refused = {};
  expect((await take()).code).toBe(exitCodes.ok);
  expect(given()).toEqual(segments);
  await expectWhole();
});

it('a playlist that changed between two runs is read again, and what it still names is not fetched twice', async () => {
  const [playlist, segment] = [join(folder, 'ts/playlist.m3u8'), join(folder, 'ts/playlist2.ts')];
  const [text, bytes] = [await readFile(playlist, 'utf8'), await readFile(segment)];
  house.manner.refused = { '/ts/playlist2.ts': 404 };
  expect((await take()).code).toBe(exitCodes.refused);
  // The last segments were made anew under other names.
  await writeFile(join(folder, 'ts/again2.ts'), bytes);
  await writeFile(playlist, text.replace('playlist2.ts', 'again2.ts'));
  expect((await take()).code).toBe(exitCodes.ok);
  expect(given()).toEqual(['/ts/again2.ts', ...segments.filter((path) => path !== '/ts/playlist2.ts')]);
  await expectWhole();
  await writeFile(playlist, text);
});
