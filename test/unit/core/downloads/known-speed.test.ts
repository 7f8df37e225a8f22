import { expect, it } from 'vitest';
import { openDatabases } from '../../../../src/core/database/databases.ts';
import { createKnownSpeed } from '../../../../src/core/downloads/known-speed.ts';
import { manualClock } from '../../../harness/manual-clock.ts';
import { temporaryFolder } from '../../../harness/temporary-folder.ts';

it('a line that was measured once tells a plan how long it takes, also after a restart', () => {
  const { content, close } = openDatabases(temporaryFolder());
  let measured: number | null = null;
  const open = () => createKnownSpeed(content, { bitsPerSecond: () => measured }, manualClock());
  const first = open();
  first.note();
  expect(first.bitsPerSecond()).toBeNull();
  measured = 8_000_000.4;
  expect(first.bitsPerSecond()).toBe(8_000_000.4);
  first.save();
  measured = null;
  expect(open().bitsPerSecond()).toBe(8_000_000);
  close();
});
