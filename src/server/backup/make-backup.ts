import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isTeachifyError } from '../../shared/errors.ts';
import type { SchoolKeys } from '../services/school-keys.ts';
import type { MediaFile, MediaStorage } from '../storage/ports.ts';
import type { Store } from '../store/database.ts';
import { isPostgres } from '../store/transactions.ts';
import { backupName, listBackups, manifestPath, openPool, sweepUnfinished, unfinished, type Backup, type BackupManifest } from './backup-folder.ts';
import { lockBackups } from './lock-backups.ts';
import { snapshotPostgres, snapshotSqlite } from './snapshot-database.ts';

export interface SchoolToKeep {
  readonly store: Store;
  /** PostgreSQL's address, or SQLite's file. */
  readonly address: string;
  readonly media: MediaStorage;
  readonly keys: Pick<SchoolKeys, 'publicKey'>;
  /** Where the keys lie beside SQLite. */
  readonly keysFile: string;
  readonly nativeBinding?: string | undefined;
}

interface Surroundings {
  readonly now: () => number;
  /** How far it is. */
  readonly say: (sentence: string) => void;
  /** Ends it; nothing of it is taken for a backup. */
  readonly signal: AbortSignal;
}

/** A lesson that is removed meanwhile takes its files along: then the database is asked once more. */
const attempts = 2;

/**
 * Backs a school up while its servers run: a database of one instant, the keys, and every file it names. Files that an
 * earlier backup holds are not copied again. What is cut off anywhere leaves no backup, and nothing of those before it changes.
 */
export async function makeBackup(school: SchoolToKeep, backups: string, { now, say, signal }: Surroundings): Promise<Backup> {
  await mkdir(backups, { recursive: true, mode: 0o700 });
  const unlock = lockBackups(backups, school.nativeBinding);
  try {
    await sweepUnfinished(backups);
    const madeAt = now();
    const name = backupName(madeAt);
    // Films in clear are among them, in a folder that may have been made for others to read.
    await mkdir(join(backups, 'media'), { recursive: true, mode: 0o700 });
    const folder = join(backups, `${name}${unfinished}`);
    await mkdir(folder, { mode: 0o700 });
    const manifest = await fill(school, { folder, madeAt, pool: openPool(backups), say, signal });
    await writeFile(manifestPath(folder), JSON.stringify(manifest), { mode: 0o600, flush: true });
    await syncFolder(folder);
    await rename(folder, join(backups, name));
    await syncFolder(backups);
    return { name, folder: join(backups, name), manifest };
  } finally {
    unlock();
  }
}

/** Keeps the newest so many backups, and of the media those that one of them names. @returns the names of those removed */
export async function keepNewest(backups: string, keep: number, nativeBinding?: string): Promise<string[]> {
  const unlock = lockBackups(backups, nativeBinding);
  try {
    // One that cannot be read ends it here: which files it names is not known.
    const all = await listBackups(backups);
    const old = all.slice(0, Math.max(0, all.length - keep));
    for (const { folder } of old) {
      // A backup that is half gone must not be taken for whole.
      await rename(folder, `${folder}${unfinished}`);
      await rm(`${folder}${unfinished}`, { recursive: true, force: true });
    }
    const named = new Set(all.slice(old.length).flatMap(({ manifest }) => manifest.media.map(({ sha256 }) => sha256)));
    const pool = openPool(backups);
    for await (const { sha256 } of pool.list()) if (!named.has(sha256)) await pool.remove(sha256);
    return old.map(({ name }) => name);
  } finally {
    unlock();
  }
}

interface Place {
  readonly folder: string;
  readonly madeAt: number;
  readonly pool: MediaStorage;
  readonly say: (sentence: string) => void;
  readonly signal: AbortSignal;
}

async function fill(school: SchoolToKeep, { folder, madeAt, pool, say, signal }: Place): Promise<BackupManifest> {
  const { store, address, keysFile, nativeBinding } = school;
  const database = join(folder, 'database');
  for (let attempt = 1; ; attempt += 1) {
    await rm(database, { force: true });
    const { media: names, schema } = isPostgres(store) ? await snapshotPostgres(store, address, database, signal) : await snapshotSqlite(address, database, nativeBinding);
    await chmod(database, 0o600);
    // After the database: a key that came between has its predecessor's word, one that is not there yet has nothing.
    const keys = schema === null ? await copyKeys(keysFile, join(folder, 'keys.json')) : null;
    const { media, missing } = await copyMedia(school.media, pool, names, say, signal);
    if (missing.length > 0 && attempt < attempts) continue;
    const file = { name: 'database', ...(await described(database)) };
    const row = await store.selectFrom('settings').select('value').where('name', '=', 'school_name').executeTakeFirst();
    return {
      format: 'teachify-backup/1',
      madeAt,
      school: { name: row?.value ?? 'Teachify', signingKey: school.keys.publicKey.kid },
      database: schema === null ? { kind: 'sqlite', file } : { kind: 'postgres', schema, file },
      keys,
      media,
      missing,
    };
  }
}

async function copyKeys(from: string, to: string): Promise<BackupManifest['keys']> {
  await writeFile(to, await readFile(from), { mode: 0o600, flush: true });
  return { name: 'keys.json', ...(await described(to)) };
}

/** Real copies, never links: what damages the school's file must not damage its backup. */
async function copyMedia(source: MediaStorage, pool: MediaStorage, names: readonly string[], say: (sentence: string) => void, signal: AbortSignal): Promise<{ media: MediaFile[]; missing: string[] }> {
  const media: MediaFile[] = [];
  const missing: string[] = [];
  for (const [index, sha256] of names.entries()) {
    signal.throwIfAborted();
    const kept = await pool.size(sha256);
    const file = kept === null ? await copyFile(source, pool, sha256) : { sha256, bytes: kept };
    if (file) media.push(file);
    else missing.push(sha256);
    say(`${Math.floor(((index + 1) / names.length) * 100)} %`);
  }
  return { media, missing };
}

/** Null when the school has no such file, or other bytes under its name. */
async function copyFile(source: MediaStorage, pool: MediaStorage, sha256: string): Promise<MediaFile | null> {
  try {
    return await pool.put(await source.open(sha256), { sha256 });
  } catch (error) {
    if (isTeachifyError(error, 'not_found') || isTeachifyError(error, 'piece_corrupt') || (error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Size and hash of what is written already. */
async function described(file: string): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1024 * 1024 }), hash);
  return { sha256: hash.digest('hex'), bytes: (await stat(file)).size };
}

/** Makes names durable; Windows has no such thing and needs none. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}
