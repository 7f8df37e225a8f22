import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Core } from '../../../src/core/compose.ts';
import { runSchoolCommand } from '../../../src/server/cli/school-commands.ts';
import { openCoreAtSchool } from '../../harness/core-at-school.ts';
import { openLine, type Line } from '../../harness/line.ts';
import { startSchoolServer, type SchoolServer } from '../../harness/school-server.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';
import { people } from '../../harness/tiny-school.ts';

const lesson = 'making-tea';
const handout = Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(90_001)]);
let server: SchoolServer;
let line: Line;
let material: string;
let core: Core;

/** As the school's own command line does it. */
async function attach(name: string, bytes: Buffer): Promise<void> {
  const file = join(material, name);
  await writeFile(file, bytes);
  await runSchoolCommand(['lesson', 'attach', lesson, file], { env: { TEACHIFY_SERVER_DATA: server.folder }, now: () => server.clock.now(), print: () => {}, read: async () => '' });
}

beforeAll(async () => {
  server = await startSchoolServer();
  line = await openLine({ target: server.url });
  material = await mkdtemp(join(tmpdir(), 'teachify-handouts-'));
});
afterAll(async () => {
  await line.close();
  await server.close();
  await rm(material, { recursive: true, force: true });
});
beforeEach(async () => {
  await line.resume();
  core = await openCoreAtSchool({ data: temporaryFolder(), url: line.url });
  return () => core.dispose();
});

const open = async () => {
  const source = await core.playback.open(lesson);
  return { ...source, read: (name: string) => core.playback.attachment(source.mediaId, source.attachments.find((one) => one.name === name)?.attachmentId ?? 'none') };
};
const offline = async () => {
  await line.cut();
  await core.connectivity.probe();
};
const refusal = (code: string) => expect.objectContaining({ code }) as unknown;

it('what is attached after a lesson was first watched is listed at its next opening, and comes byte for byte', async () => {
  expect((await open()).attachments).toEqual([]);
  await attach('Handout 1.pdf', handout);
  await core.catalog.refresh();
  const { attachments, read } = await open();
  expect(attachments).toMatchObject([{ name: 'Handout 1.pdf', kind: 'pdf' }]);
  expect(attachments[0]?.bytes).toBeGreaterThan(handout.length);
  const { fileName, bytes } = await read('Handout 1.pdf');
  expect([fileName, handout.equals(bytes)]).toEqual(['Handout 1.pdf', true]);
});

it('travels with a download: offline, and after a restart, it is as it was', async () => {
  await core.downloads.add([lesson], '360p');
  await expect.poll(async () => (await core.downloads.list())[0]?.state).toBe('ready');
  await offline();
  const { read } = await open();
  expect(handout.equals((await read('Handout 1.pdf')).bytes)).toBe(true);
});

it('that was never fetched says offline that it is not here', async () => {
  const { read } = await open();
  await offline();
  await expect(read('Handout 1.pdf')).rejects.toEqual(refusal('not_on_this_computer'));
});

it('is given to nobody whom no lease covers, whatever lies on the disk', async () => {
  const mine = await open();
  await mine.read('Handout 1.pdf');
  const { attachmentId = '' } = mine.attachments[0] ?? {};
  await expect(core.playback.attachment(mine.mediaId, 'making-tea')).rejects.toEqual(refusal('not_found'));
  await expect(core.playback.attachment('../../ledger.db', attachmentId)).rejects.toEqual(refusal('not_found'));

  // Somebody else sits down: what was open for the first one is open no more, and nothing opens it anew.
  await core.accounts.signIn(people.letters.email, people.letters.password);
  await expect(core.playback.attachment(mine.mediaId, attachmentId)).rejects.toEqual(refusal('not_found'));
  await expect(core.playback.open(lesson)).rejects.toMatchObject({ code: expect.stringMatching(/not_found|not_enrolled/) as string });
});
