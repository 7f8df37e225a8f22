import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { startInstance } from '../../harness/instance.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../../..');

interface Stage {
  readonly copied: readonly { readonly from: string | null; readonly files: readonly string[]; readonly to: string }[];
  readonly runs: readonly string[];
  readonly entry: readonly string[];
}

/** Its lines by stage, as far as they are of use without Docker. */
async function stagesOfDockerfile(): Promise<Stage[]> {
  const text = await readFile(join(root, 'build/server/Dockerfile'), 'utf8');
  return text.split(/^FROM .*$/m).slice(1).map((stage) => {
    const lines = stage.split('\n');
    const copied = lines.flatMap((line) => {
      const [, from = null, names = ''] = /^COPY (?:--from=(\w+) )?(.+)$/.exec(line) ?? [];
      const words = names.split(' ').filter(Boolean);
      return words.length < 2 ? [] : [{ from, files: words.slice(0, -1), to: words.at(-1) ?? '' }];
    });
    const entry = /^ENTRYPOINT (\[.*\])$/m.exec(stage)?.[1];
    return { copied, runs: lines.filter((line) => line.startsWith('RUN ')), entry: entry ? (JSON.parse(entry) as string[]) : [] };
  });
}

/** Does the COPY lines of a stage: into a folder they end in `/`, else under that name. */
async function copy({ copied }: Stage, into: string, bundle: string | null): Promise<void> {
  for (const { from, files, to } of copied) {
    for (const file of files) {
      const source = from === null ? join(root, file) : join(bundle ?? '', file.replace('/teachify/', ''));
      const target = to.endsWith('/') ? join(into, to, basename(file)) : join(into, to);
      await mkdir(dirname(target), { recursive: true });
      await cp(source, target, { recursive: true });
    }
  }
}

/** What `npm ci --omit=dev` installs by the lock file, of the packages that are here. */
async function productionPackages(): Promise<string[]> {
  const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, { dev?: boolean }> };
  return Object.keys(packages).filter((name) => name.startsWith('node_modules/') && packages[name]?.dev !== true && existsSync(join(root, name)));
}

it('the Dockerfile copies all that the bundle is made of, and the bundle starts with the production packages alone', async () => {
  const stages = await stagesOfDockerfile();
  expect(stages).toHaveLength(2);
  const [making, serving] = stages as [Stage, Stage];
  const workshop = temporaryFolder();
  await copy(making, workshop, null);
  await symlink(join(root, 'node_modules'), join(workshop, 'node_modules'));
  expect(making.runs.at(-1)).toBe('RUN npx vite build --config build/server.vite.config.ts');
  await run(process.execPath, [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--config', 'build/server.vite.config.ts', '--logLevel', 'error'], { cwd: workshop });

  const image = temporaryFolder();
  await copy(serving, image, workshop);
  expect(serving.runs.some((line) => line.includes('npm ci --omit=dev'))).toBe(true);
  const packages = await productionPackages();
  expect(packages).toContain('node_modules/better-sqlite3');
  for (const name of packages) {
    await mkdir(join(image, dirname(name)), { recursive: true });
    await symlink(join(root, name), join(image, name));
  }
  const [program, ...args] = serving.entry;
  expect(program).toBe('node');
  const server = await startInstance(['--data', join(image, 'data'), '--port', '0', '--log-level', 'silent'], {}, join(image, args[0] ?? ''));
  try {
    expect(await (await fetch(`${server.url}/readyz`)).json()).toEqual({ status: 'ready' });
  } finally {
    expect(await server.stop()).toBe(0);
  }
});

it('what the builder is sent is what the Dockerfile copies, and no more', async () => {
  const ignored = (await readFile(join(root, 'build/server/Dockerfile.dockerignore'), 'utf8')).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const copied = (await stagesOfDockerfile()).flatMap((stage) => stage.copied.filter(({ from }) => from === null).flatMap(({ files }) => files));
  expect(ignored[0]).toBe('*');
  expect(ignored.slice(1).toSorted()).toEqual([...new Set(copied)].map((name) => `!${name}`).toSorted());
  for (const name of copied) expect([name, existsSync(join(root, name))]).toEqual([name, true]);
});
