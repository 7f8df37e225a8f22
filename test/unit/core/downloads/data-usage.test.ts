import { expect, it } from 'vitest';
import { openDatabases } from '../../../../src/core/database/databases.ts';
import { createDataUsage } from '../../../../src/core/downloads/data-usage.ts';
import { manualClock } from '../../../harness/manual-clock.ts';
import { temporaryFolder } from '../../../harness/temporary-folder.ts';

const day = 24 * 60 * 60 * 1000;

it('counts by day and by calendar month, over restarts', async () => {
  const folder = temporaryFolder();
  const clock = manualClock(new Date(2026, 2, 30, 23, 0).getTime());
  const first = openDatabases(folder);
  const before = createDataUsage(first.content, clock);
  before.record(1_000);
  before.record(500);
  expect(before.since('day')).toBe(1_500);
  before.flush();
  first.close();

  const second = openDatabases(folder);
  const after = createDataUsage(second.content, clock);
  expect(after.since('day')).toBe(1_500);
  await clock.advance(day);
  after.record(30);
  expect(after.since('day')).toBe(30);
  expect(after.since('month')).toBe(1_530);
  after.flush();
  await clock.advance(day);
  expect(after.since('month')).toBe(0);
  second.close();
});
