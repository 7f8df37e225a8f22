import Database from 'better-sqlite3';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { exitCodes } from '../../../src/cli/exit-codes.ts';
import { blockFiles } from '../../harness/belongings.ts';
import { lessons, openTrueSchool, type TrueSchool } from '../../harness/faulty-school.ts';
import { mountForgetfulDisk } from '../../harness/disks/forgetful-disk.ts';
import { hasFuse } from '../../harness/disks/fuse.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';
import { runInside } from '../../harness/tool-inside.ts';
import { startTool } from '../../harness/tool.ts';

let truth: TrueSchool;
beforeAll(async () => {
  truth = await openTrueSchool();
});
afterAll(() => truth.close());

const bytesPerSecond = 8_000;

it('the power goes on a disk that forgets what was not synced: all but the last seconds and the pieces under way is found again', async () => {
  // Only where there is no FUSE; the set-up of the tests brings it on Debian.
  if (!hasFuse()) return expect(process.env['CI']).toBeUndefined();
  const school = await truth.open();
  const disk = await mountForgetfulDisk(temporaryFolder());
  school.fault = () => ({ kind: 'drip', bytesPerSecond });
  const run = startTool({ data: join(disk.folder, 'data'), url: school.url }, 'download', lessons.pieces, '--quality', '480p');
  while (school.sentBytes() < 220_000) await sleep(20);
  run.child.kill('SIGKILL');
  await run.ended;
  const data = join(await disk.cutPower(), 'data');
  await sleep(200);
  for (const name of ['content.db', 'ledger.db']) {
    const database = new Database(join(data, name));
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    database.close();
  }
  const before = school.sentBytes();
  school.fault = () => undefined;
  const tool = (...args: readonly string[]) => runInside({ data, url: school.url }, ...args);
  expect((await tool('download', lessons.pieces, '--quality', '480p', '--wait', '2')).code).toBe(exitCodes.ok);
  const rest = school.sentBytes() - before;
  const size = blockFiles(data).reduce((sum, file) => sum + statSync(file).size, 0);
  // Four pieces of about 25 kB were under way, and a sync comes every 2 s. Without syncs all 220 kB would come again.
  expect(before + rest - size).toBeLessThanOrEqual(160_000);
  // A bit that spoke for bytes the disk forgot would be found here: nothing was hashed again on the way.
  expect((await tool('verify', '--no-repair')).lines.map((line) => line['bad_pieces'])).toEqual([0]);
  await school.close();
});
