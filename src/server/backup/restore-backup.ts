import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, copyFile, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { sql } from 'kysely';
import { storeAddress, type ServerOptions } from '../options.ts';
import { openStorage, type StorageKind } from '../storage/open-storage.ts';
import type { MediaFile, MediaStorage } from '../storage/ports.ts';
import { openStore } from '../store/database.ts';
import { isOpenElsewhere } from '../store/sqlite-locks.ts';
import { listBackups, manifestPath, openPool, readBackup, type Backup } from './backup-folder.ts';
import { finishRestore, restoringSetting, type Restoring } from './finish-restore.ts';
import { lockBackups } from './lock-backups.ts';
import { loadDatabase } from './postgres-programs.ts';
import { requireNoServer, schoolInPostgres } from './school-in-postgres.ts';

interface Wanted {
  /** A backup, or a folder of them: then the newest. */
  readonly from: string;
  /** Looks only. */
  readonly check: boolean;
  /** A school that is there already is set aside (SQLite) or dropped (PostgreSQL). */
  readonly replace: boolean;
  /** Media that are damaged in the backup are left out, and not the whole. */
  readonly leaveOutDamaged: boolean;
}

interface Surroundings {
  readonly options: ServerOptions;
  readonly nativeBinding?: string | undefined;
  readonly now: () => number;
  readonly say: (sentence: string) => void;
}

/** What was found, and done unless it was only looked at. */
interface Restored {
  readonly backup: Backup;
  readonly storage: StorageKind;
  readonly damaged: readonly string[];
}

/**
 * Brings a school back from a backup. All of it is verified before anything is touched, and the database comes last and whole:
 * interrupted at any moment there is no school yet, and the same command begins again. Throws with a sentence.
 */
export async function restoreBackup({ from, check, replace, leaveOutDamaged }: Wanted, { options, nativeBinding, now, say }: Surroundings): Promise<Restored> {
  const { backups, backup } = await findBackup(from);
  const unlock = lockBackups(backups, nativeBinding);
  try {
    const storage = options.storage ?? 'folder';
    const pool = openPool(backups);
    await verifyOwnFiles(backup);
    const damaged = await verifyMedia(backup, pool, say);
    if (damaged.length > 0 && !leaveOutDamaged) {
      throw new Error(
        `${damaged.length} of ${backup.manifest.media.length} media files of the backup ${backup.name} are damaged or gone: ${damaged.slice(0, 5).join(', ')}. Nothing was changed. Take another backup, or leave these files out with --leave-out-damaged.`,
      );
    }
    if (check) return { backup, storage, damaged };
    const target = backup.manifest.database.kind === 'sqlite' ? sqliteTarget(backup, options, nativeBinding) : postgresTarget(backup, options);
    await target.require(replace);
    const places = await openStorage(storage, options);
    const sound = backup.manifest.media.filter(({ sha256 }) => !damaged.includes(sha256));
    for (const [index, { sha256, bytes }] of sound.entries()) {
      if ((await places.size(sha256)) !== bytes || !(await isWhole(places, { sha256, bytes }))) await places.put(await pool.open(sha256), { sha256 });
      say(`${Math.floor(((index + 1) / sound.length) * 100)} %`);
    }
    await target.put({ history: randomUUID(), backup: backup.name, storage }, now());
    return { backup, storage, damaged };
  } finally {
    unlock();
  }
}

async function findBackup(from: string): Promise<{ backups: string; backup: Backup }> {
  const folder = resolve(from);
  const isOne = await access(manifestPath(folder)).then(() => true, () => false);
  if (isOne) return { backups: dirname(folder), backup: await readBackup(folder, basename(folder)) };
  const newest = (await listBackups(folder)).at(-1);
  if (!newest) throw new Error(`There is no whole backup in ${from}.`);
  return { backups: folder, backup: newest };
}

async function verifyOwnFiles({ name, folder, manifest }: Backup): Promise<void> {
  for (const file of [manifest.database.file, ...(manifest.keys ? [manifest.keys] : [])]) {
    if ((await hashOf(createReadStream(join(folder, file.name)))) === file.sha256) continue;
    throw new Error(`${file.name} of the backup ${name} is damaged or gone. Nothing was changed. Take another backup.`);
  }
}

/** @returns the names of those that are not what they were */
async function verifyMedia({ manifest }: Backup, pool: MediaStorage, say: (sentence: string) => void): Promise<string[]> {
  const damaged: string[] = [];
  for (const [index, file] of manifest.media.entries()) {
    if (!(await isWhole(pool, file))) damaged.push(file.sha256);
    say(`Verified ${Math.floor(((index + 1) / manifest.media.length) * 100)} %`);
  }
  return damaged;
}

async function isWhole(media: MediaStorage, { sha256, bytes }: MediaFile): Promise<boolean> {
  if ((await media.size(sha256)) !== bytes) return false;
  return (await hashOf(await media.open(sha256))) === sha256;
}

/** Null for what cannot be read. */
async function hashOf(content: AsyncIterable<Uint8Array>): Promise<string | null> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of content) hash.update(chunk);
    return hash.digest('hex');
  } catch {
    return null;
  }
}

/** Where the database goes. */
interface Target {
  /** Throws with a sentence when there is a school that may not be replaced, or is being served. */
  require(replace: boolean): Promise<void>;
  put(restoring: Restoring, now: number): Promise<void>;
}

function sqliteTarget(backup: Backup, options: ServerOptions, nativeBinding: string | undefined): Target {
  if (options.databaseUrl) throw new Error('This backup is of a school in SQLite: restore it without DATABASE_URL.');
  const database = storeAddress(options);
  const keys = join(options.data, 'keys.json');
  return {
    require: async (replace) => {
      const [hasDatabase, hasKeys] = await Promise.all([database, keys].map((file) => access(file).then(() => true, () => false)));
      if (hasDatabase && isOpenElsewhere(database, nativeBinding)) throw new Error('A server of this school is running. Stop it first: what students do meanwhile would be lost. Nothing was changed.');
      // What a restore that was interrupted has left is no school.
      const isOurs = !hasDatabase && hasKeys && (await readFile(keys, 'utf8')) === (await readFile(join(backup.folder, 'keys.json'), 'utf8'));
      if ((hasDatabase || hasKeys) && !isOurs && !replace) throw new Error(`There is a school in ${options.data} already. Name another folder with --data, or set that school aside with --replace.`);
    },
    put: async (restoring, now) => {
      await mkdir(options.data, { recursive: true, mode: 0o700 });
      const coming = join(options.data, 'school.db.restoring');
      for (const end of ['', '-wal', '-shm']) await rm(`${coming}${end}`, { force: true });
      await copyFile(join(backup.folder, 'database'), coming);
      const store = await openStore(coming, nativeBinding);
      await store.insertInto('settings').values({ name: restoringSetting, value: JSON.stringify(restoring) }).onConflict((conflict) => conflict.column('name').doUpdateSet({ value: JSON.stringify(restoring) })).execute();
      await finishRestore(store, now).finally(() => store.destroy());
      for (const file of [database, `${database}-wal`, `${database}-shm`, keys]) await setAside(file, now);
      await writeFile(`${keys}.new`, await readFile(join(backup.folder, 'keys.json')), { mode: 0o600, flush: true });
      await rename(`${keys}.new`, keys);
      const handle = await open(coming, 'r+');
      await handle.sync().finally(() => handle.close());
      await rename(coming, database);
    },
  };
}

async function setAside(file: string, now: number): Promise<void> {
  await rename(file, `${file}.before-restore-${now}`).catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? undefined : Promise.reject(error)));
}

function postgresTarget({ folder, manifest }: Backup, { databaseUrl }: ServerOptions): Target {
  if (!databaseUrl) throw new Error('This backup is of a school in PostgreSQL: say with DATABASE_URL where it is to be restored.');
  if (manifest.database.kind !== 'postgres') throw new Error('Nobody asked for PostgreSQL');
  const { schema } = manifest.database;
  return {
    require: async (replace) => {
      const there = await schoolInPostgres(databaseUrl, schema);
      if (there.tables.length > 0) requireNoServer(there);
      if (there.tables.length > 0 && !replace) throw new Error('There is a school in this database already. Name another one with DATABASE_URL, or have that school replaced with --replace.');
    },
    put: async (restoring, now) => {
      const { tables } = await schoolInPostgres(databaseUrl, schema);
      const value = literal(JSON.stringify(restoring));
      await loadDatabase(databaseUrl, {
        file: join(folder, 'database'),
        before: tables.length === 0 ? '' : `${tables.map((table) => `drop table ${name(schema)}.${name(table)} cascade;`).join('\n')}\ndrop schema if exists pgboss cascade;\n`,
        after: `insert into ${name(schema)}.settings (name, value) values (${literal(restoringSetting)}, ${value}) on conflict (name) do update set value = excluded.value;\n`,
      });
      const store = await openStore(databaseUrl);
      try {
        await finishRestore(store, now);
        await sql`analyze`.execute(store);
      } finally {
        await store.destroy();
      }
    },
  };
}

function name(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
