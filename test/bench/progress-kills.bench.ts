// A thousand SIGKILLs of a real process at boundaries of statements and requests, with a real server: nothing said to be stored is lost.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killRecorder } from '../harness/recorded-kills.ts';
import { startSchoolServer } from '../harness/school-server.ts';
import { keep } from './comparison.ts';

const kills = Number(process.env['TEACHIFY_BENCH_KILLS'] ?? 1_000);
const folder = await mkdtemp(join(tmpdir(), 'teachify-bench-progress-'));
const school = await startSchoolServer();
try {
  const { killed, stored, wrong, waiting, integrity } = await killRecorder({ school, folder, kills });
  console.log(`\n${killed} SIGKILLs at statements and requests: ${stored} sittings said to be stored, ${wrong.length} lost or invented, ${waiting} left waiting; integrity ${integrity.join(', ')}`);
  for (const one of wrong) console.log(`  - ${one}`);
  await keep({ name: 'SIGKILLs while progress is written and sent', killed, stored, wrong: wrong.length, waiting, integrity });
  if (wrong.length > 0 || waiting !== '0' || integrity.some((word) => word !== 'ok')) process.exitCode = 1;
} finally {
  await school.close();
  await rm(folder, { recursive: true, force: true });
}
