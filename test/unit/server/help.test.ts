import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, it } from 'vitest';
import { addLessonHelp } from '../../../src/server/cli/add-lesson.ts';
import { backupHelp } from '../../../src/server/cli/backup.ts';
import { migrateStorageHelp } from '../../../src/server/cli/migrate-storage.ts';
import { restoreHelp } from '../../../src/server/cli/restore.ts';
import { workerHelp } from '../../../src/server/cli/worker.ts';
import { ownCommands } from '../../../src/server/options.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../../..');
const page = readFileSync(join(root, 'docs/server.md'), 'utf8');
let help = '';
beforeAll(async () => void (help = (await run(process.execPath, [join(root, 'src/server/main.ts'), '--help'])).stdout));

it('--help names every command that docs/server.md does, and every one with a help of its own is on that page', () => {
  const words = [...page.matchAll(/(?:teachify-server|npm run server --) ([a-z][a-z-]+)(?: ([a-z][a-z-]+))?/g)];
  expect(words.length).toBeGreaterThan(10);
  const isTold = (first: string, second: string | undefined) => help.includes(`teachify-server ${first} --help`) || new RegExp(`^  ${first}(?: |$)`, 'm').test(help) || help.includes(`  ${first} ${second}`);
  expect(words.filter(([, first = '', second]) => !isTold(first, second)).map(([text]) => text)).toEqual([]);
  for (const command of ownCommands) expect(page).toContain(`teachify-server ${command}`);
});

const helps = { 'add-lesson': addLessonHelp, worker: workerHelp, backup: backupHelp, restore: restoreHelp, 'migrate-storage': migrateStorageHelp };
it.each(ownCommands)('%s tells of itself', (command) => {
  const text = helps[command];
  expect(text).toMatch(new RegExp(`^Usage: teachify-server ${command} `));
  const flags = [...text.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, flag]) => flag);
  expect(flags).toEqual(expect.arrayContaining(['--help', '--data']));
});
