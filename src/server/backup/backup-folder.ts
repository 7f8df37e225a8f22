import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { sha256Schema } from '../../shared/models/manifest.ts';
import { createFolderStorage } from '../storage/folder-storage.ts';
import type { MediaStorage } from '../storage/ports.ts';

/** What a folder of backups holds: one folder for each, and the media of all of them once, by their names. */
const manifestFile = 'manifest.json';
const nameOf = /^\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}\.\d{3}Z$/;
/** One that is being made, or was cut off. */
export const unfinished = '.partial';

const fileSchema = z.object({ sha256: sha256Schema, bytes: z.int().nonnegative() });
const ownFileSchema = fileSchema.extend({ name: z.string().regex(/^[a-z][a-z.-]{0,63}$/) });

export const backupManifestSchema = z.object({
  format: z.literal('teachify-backup/1'),
  /** Ms since the Unix epoch. */
  madeAt: z.int().nonnegative(),
  school: z.object({ name: z.string(), signingKey: z.string() }),
  /** In PostgreSQL the school's tables lie in a schema. */
  database: z.discriminatedUnion('kind', [z.object({ kind: z.literal('sqlite'), file: ownFileSchema }), z.object({ kind: z.literal('postgres'), schema: z.string(), file: ownFileSchema })]),
  /** Null where the keys lie in the database. */
  keys: ownFileSchema.nullable(),
  media: z.array(fileSchema),
  /** Files the school names and did not have, or had with other bytes. */
  missing: z.array(sha256Schema),
});
export type BackupManifest = z.infer<typeof backupManifestSchema>;

export interface Backup {
  readonly name: string;
  readonly folder: string;
  readonly manifest: BackupManifest;
}

/** @param at ms; names sort by it */
export function backupName(at: number): string {
  return new Date(at).toISOString().replaceAll(':', '-');
}

export function manifestPath(folder: string): string {
  return join(folder, manifestFile);
}

/** The media of all backups in a folder. */
export function openPool(backups: string): MediaStorage {
  return createFolderStorage(join(backups, 'media'));
}

/** Every whole backup, oldest first. Throws with a sentence when one cannot be read. */
export async function listBackups(backups: string): Promise<Backup[]> {
  const names = (await namesIn(backups)).filter((name) => nameOf.test(name)).toSorted();
  return Promise.all(names.map((name) => readBackup(join(backups, name), name)));
}

/** Throws with a sentence when it is none, or cannot be read. */
export async function readBackup(folder: string, name: string): Promise<Backup> {
  const text = await readFile(manifestPath(folder), 'utf8').catch(() => null);
  const manifest = text === null ? null : (backupManifestSchema.safeParse(parsed(text)).data ?? null);
  if (!manifest) throw new Error(`The backup ${name} has no ${manifestFile} that can be read: it is damaged, or of a newer version of this program.`);
  return { name, folder, manifest };
}

/** Removes what a backup that was cut off has left. Whoever calls this is alone in the folder. */
export async function sweepUnfinished(backups: string): Promise<void> {
  for (const name of await namesIn(backups)) if (name.endsWith(unfinished)) await rm(join(backups, name), { recursive: true, force: true });
  // Files on their way into the pool.
  await rm(join(backups, 'media', 'incoming'), { recursive: true, force: true });
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? [] : Promise.reject(error)));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
