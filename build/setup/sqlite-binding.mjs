import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cacheFolder } from './cache-folder.mjs';

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const shim = fileURLToPath(new URL('node-api-9.h', import.meta.url));

/**
 * better-sqlite3's binding for an Electron older than 35, compiled from the package's own source and kept in the cache.
 * @param {{ say: (sentence: string) => void, requireCompiler: () => Promise<void> }} options
 * @returns {Promise<string>} path of the .node file
 */
export async function buildSqliteBinding({ say, requireCompiler }) {
  const source = dirname(require.resolve('better-sqlite3/package.json'));
  const { version } = JSON.parse(await readFile(join(source, 'package.json'), 'utf8'));
  const hash = createHash('sha256')
    .update(version)
    .update(await readFile(shim))
    .update(await readFile(fileURLToPath(import.meta.url)))
    .digest('hex')
    .slice(0, 16);
  const target = cacheFolder('better-sqlite3', `${version}-napi9-${process.platform}-${process.arch}-${hash}`, 'better_sqlite3.node');
  if (existsSync(target)) return target;
  await requireCompiler();
  say('Compiling the SQLite binding for this Electron (about a minute, once) ...');
  await mkdir(dirname(target), { recursive: true });
  const workshop = await mkdtemp(join(dirname(target), '.build-'));
  try {
    await compile(source, workshop);
    await rename(join(workshop, 'better_sqlite3.node'), target);
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
  return target;
}

async function compile(source, workshop) {
  const includes = [
    require('node-api-headers').include_dir,
    dirname(require.resolve('node-addon-api/napi.h')),
    join(source, 'deps', 'sqlite3'),
  ].flatMap((folder) => ['-I', folder]);
  const defines = await sqliteDefines(source);
  const common = ['-O2', '-fPIC', '-DNDEBUG', ...includes];
  await Promise.all([
    run('gcc', ['-c', ...common, ...defines, join(source, 'deps', 'sqlite3', 'sqlite3.c'), '-o', join(workshop, 'sqlite3.o')]),
    run('g++', [
      ...['-c', ...common, ...defines, '-std=c++20', '-include', shim, '-fvisibility=hidden'],
      ...['-DNAPI_DISABLE_CPP_EXCEPTIONS', '-DNODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS', '-DNODE_GYP_MODULE_NAME=better_sqlite3'],
      ...[join(source, 'src', 'better_sqlite3.cpp'), '-o', join(workshop, 'better_sqlite3.o')],
    ]),
  ]);
  const objects = ['better_sqlite3.o', 'sqlite3.o'].map((name) => join(workshop, name));
  await run('g++', ['-shared', ...objects, '-Wl,-Bsymbolic', '-ldl', '-o', join(workshop, 'better_sqlite3.node')]);
}

/** The package's own list of compile-time options, so that this build behaves like the one it ships. */
async function sqliteDefines(source) {
  const listed = await readFile(join(source, 'deps', 'defines.gypi'), 'utf8');
  return [...listed.matchAll(/'([A-Z0-9_]+(?:=[^']*)?)'/g)].map(([, define]) => `-D${define}`);
}
