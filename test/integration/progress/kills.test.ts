import { expect, it, onTestFinished } from 'vitest';
import { killRecorder } from '../../harness/recorded-kills.ts';
import { startSchoolServer } from '../../harness/school-server.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';

const kills = 24;

it('every report the process said was stored arrives, wherever SIGKILL met it', { timeout: 360_000 }, async () => {
  const school = await startSchoolServer();
  onTestFinished(() => school.close());
  const outcome = await killRecorder({ school, folder: temporaryFolder(), kills });
  expect(outcome).toMatchObject({ wrong: [], waiting: '0', integrity: ['ok', 'ok'] });
  expect(outcome.killed).toBeGreaterThan(kills / 2);
  expect(outcome.stored).toBeGreaterThan(0);
});
