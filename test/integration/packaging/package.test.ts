import { flipFuses, FuseV1Options, FuseVersion } from '@electron/fuses';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { packagedExecutable } from '../../../build/package/config.mjs';
import { requireFuses } from '../../../build/package/fuses.mjs';
import { openLine } from '../../harness/line.ts';
import { startSchoolServer } from '../../harness/school-server.ts';
import { runTool, startTool } from '../../harness/tool.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../../..');
const shipped = { forTests: false, platform: process.platform };
let folder = '';
let executable = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'teachify-package-'));
  await run(process.execPath, ['build/package.mjs', '--without-demo-school', '--into', join(folder, 'dist')], { cwd: root });
  executable = packagedExecutable(join(folder, 'dist'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The packaged program's own command line, which needs no display. */
const commandLine = [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-gpu', '--headless', '--cli'];

async function version(env: Readonly<Record<string, string>> = {}): Promise<string> {
  return (await run(executable, [...commandLine, '--version'], { env: { ...process.env, ...env } })).stdout.trim();
}

it('the packaged program has every fuse as it should, and loads only its archive', async () => {
  await expect(requireFuses(executable, shipped)).resolves.toBeUndefined();
  const resources = join(dirname(executable), process.platform === 'darwin' ? '../Resources' : 'resources');
  expect(existsSync(join(resources, 'app.asar'))).toBe(true);
  expect(existsSync(join(resources, 'app'))).toBe(false);
});

it('is no Node for whoever asks it to be one, and takes no code from the environment', async () => {
  const intruder = join(folder, 'intruder.cjs');
  const mark = join(folder, 'intruded');
  await writeFile(intruder, `require('node:fs').writeFileSync(${JSON.stringify(mark)}, '')`);
  const { version: own } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  expect(await version({ ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: `--require=${intruder}` })).toBe(own);
  expect(existsSync(mark)).toBe(false);
});

it('takes a lesson home by its own command line, killed in the middle and started again: whole, and little came twice', async () => {
  const server = await startSchoolServer();
  const line = await openLine({ target: server.url });
  try {
    const seat = { data: join(folder, 'data'), url: line.url, program: [executable, ...commandLine] as const };
    const lesson = ['making-tea', '--quality', '480p'] as const;
    const [plan] = (await runTool(seat, 'plan', ...lesson)).lines;
    const size = Number(plan?.['bytes']);
    const came = () => line.requests.reduce((sum, { path, range, bytesDown }) => sum + (path.startsWith('/media/') && range !== null ? bytesDown : 0), 0);
    const before = came();
    line.setBandwidth(size * 2); // four seconds for all of it
    const first = startTool(seat, 'download', ...lesson);
    while (came() - before < size * 0.7) await sleep(20);
    first.child.kill('SIGKILL');
    await first.ended;
    line.setBandwidth(null);
    const second = await runTool(seat, 'download', ...lesson);
    expect(second).toMatchObject({ code: 0 });
    expect(second.lines.at(-1)).toMatchObject({ event: 'done', lesson_ids: ['making-tea'] });
    // Two seconds of transfer and what was on the way.
    expect(came() - before).toBeLessThan(size * 1.6);
    expect((await runTool(seat, 'verify', '--no-repair')).lines).toMatchObject([{ event: 'verified', lesson_id: 'making-tea', bad_pieces: 0 }]);
  } finally {
    await line.close();
    await server.close();
  }
});

it('a fuse that stands otherwise is noticed', async () => {
  await flipFuses(executable, { version: FuseVersion.V1, [FuseV1Options.RunAsNode]: true });
  await expect(requireFuses(executable, shipped)).rejects.toThrow('RunAsNode');
});
