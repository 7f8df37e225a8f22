import { setTimeout as sleep } from 'node:timers/promises';
import { join, relative, resolve, isAbsolute } from 'node:path';
import { parseArgs } from 'node:util';
import { listBackups } from '../backup/backup-folder.ts';
import { keepNewest, makeBackup, type SchoolToKeep } from '../backup/make-backup.ts';
import { readEnvironment, storeAddress } from '../options.ts';
import type { LongRun } from './command.ts';
import { openSchool } from './open-school.ts';

export const backupHelp = `Usage: teachify-server backup --to FOLDER [--every TIME] [--keep N] [flags]

Backs a school up while its servers run: its database of one instant, its keys, and every media file it names, each once for
all backups in that folder. What is in it opens every lesson: keep it like the keys themselves.

  --to FOLDER     where backups are kept; not in the school's own folder, and best on another disk
  --every TIME    goes on: a backup each 90s, 30m, 24h or 7d, until it is stopped
  --keep N        afterwards only the newest N are kept
  --data FOLDER   the school's folder, also TEACHIFY_SERVER_DATA (default: ./data)
  --help

PostgreSQL and object storage are told by the environment, as for the server; PostgreSQL's pg_dump has to be installed.`;

const flags = { to: { type: 'string' }, every: { type: 'string' }, keep: { type: 'string' }, data: { type: 'string' }, help: { type: 'boolean' } } as const;

/** Throws with a sentence when it cannot be done, or when the school had not all its media any more. */
export async function backup(argv: readonly string[], { env, now, print, say, signal }: LongRun): Promise<void> {
  const { values } = parseArgs({ args: [...argv], options: flags });
  if (values.help) return print(backupHelp);
  const { to } = values;
  if (!to) throw new Error('Say where backups are kept: --to FOLDER.');
  const everyMs = values.every === undefined ? null : durationOf(values.every);
  const keep = values.keep === undefined ? null : countOf(values.keep);
  const options = readEnvironment(env, values.data);
  if (isWithin(options.data, to)) throw new Error('A backup in the school’s own folder is lost with it: name another one with --to.');

  const once = async () => {
    const opened = await openSchool(env, values.data, now);
    const school: SchoolToKeep = { ...opened, address: storeAddress(options), keysFile: join(options.data, 'keys.json'), nativeBinding: env['TEACHIFY_SQLITE_BINDING'] };
    try {
      const { name, manifest } = await makeBackup(school, to, { now, say: everyMs === null ? say : () => {}, signal }).catch((error: unknown) => {
        throw signal.aborted ? new Error('Stopped before it was whole: no backup was made, and those before it are as they were.') : error;
      });
      print(name);
      if (keep !== null) for (const removed of await keepNewest(to, keep, school.nativeBinding)) say(`Removed ${removed}`);
      const { missing } = manifest;
      if (missing.length > 0) throw new Error(`The backup was made, but the school has ${missing.length} of its media files no more, or damaged: ${missing.slice(0, 5).join(', ')}.`);
    } finally {
      await opened.store.destroy();
    }
  };
  if (everyMs === null) return once();
  // Started anew, it does not begin sooner than it would have.
  const newest = (await listBackups(to)).at(-1)?.manifest.madeAt ?? 0;
  await sleep(Math.max(0, Math.min(everyMs, newest + everyMs - now())), undefined, { signal }).catch(() => {});
  while (!signal.aborted) {
    const began = now();
    await once().catch((error: unknown) => {
      if (!signal.aborted) say(error instanceof Error ? error.message : String(error));
    });
    await sleep(Math.max(0, began + everyMs - now()), undefined, { signal }).catch(() => {});
  }
}

const units = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
/** Longer than that, a timer of Node's ends at once. */
const longestMs = 2 ** 31 - 1;

function durationOf(text: string): number {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const ms = Number(count) * units[unit as keyof typeof units];
  if (!(ms > 0) || ms > longestMs) throw new Error('--every is a time between a second and 24 days: 90s, 30m, 24h or 7d.');
  return ms;
}

function countOf(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new Error('--keep is how many backups are kept: at least 1.');
  return Number(text);
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(resolve(folder), resolve(path));
  return !way.startsWith('..') && !isAbsolute(way);
}
