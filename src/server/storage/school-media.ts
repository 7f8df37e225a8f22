import { z } from 'zod';
import type { Store } from '../store/database.ts';
import { isConfigured, openStorage, storageKindSchema, type StorageKind, type StoragePlaces } from './open-storage.ts';
import type { MediaStorage } from './ports.ts';

/** So long until every server of a school knows that its media have moved. */
export const rememberedMs = 2000;
const setting = 'media_storage';

const whereSchema = z.object({
  /** Where files are put, and looked for first. */
  now: storageKindSchema,
  /** Where they came from, and may still be found. */
  before: storageKindSchema.nullable(),
});
type Where = z.infer<typeof whereSchema>;

interface Dependencies {
  readonly store: Store;
  readonly places: StoragePlaces;
  /** Where a new school's media go. */
  readonly preferred: StorageKind | undefined;
  readonly now: () => number;
}

/** Where a school's media are; null for one that has none yet. */
export async function readWhere(store: Store): Promise<Where | null> {
  const row = await store.selectFrom('settings').select('value').where('name', '=', setting).executeTakeFirst();
  return row ? whereSchema.parse(JSON.parse(row.value)) : null;
}

export async function writeWhere(store: Store, where: Where): Promise<void> {
  const value = JSON.stringify(where);
  await store.insertInto('settings').values({ name: setting, value }).onConflict((conflict) => conflict.column('name').doUpdateSet({ value })).execute();
}

/**
 * The media of a school, wherever they are now. That is written in its database, not in the settings of one server:
 * so that all servers of a school agree, and go on while `migrate-storage` moves the files.
 */
export async function openSchoolMedia({ store, places, preferred, now }: Dependencies): Promise<MediaStorage & { kind(): Promise<StorageKind> }> {
  const opened = new Map<StorageKind, Promise<MediaStorage>>();
  const storage = (kind: StorageKind) => {
    const known = opened.get(kind) ?? openStorage(kind, places);
    opened.set(kind, known);
    return known;
  };
  if (!(await readWhere(store))) await writeWhere(store, { now: preferred ?? 'folder', before: null });
  let looked: { readonly at: number; readonly where: Promise<Where> } | null = null;
  const where = (): Promise<Where> => {
    if (looked && now() - looked.at < rememberedMs) return looked.where;
    const found = readWhere(store).then((row) => row ?? { now: 'folder' as const, before: null });
    found.catch(() => (looked = null));
    looked = { at: now(), where: found };
    return found;
  };
  let local = await storage((await where()).now);
  const current = async () => (local = await storage((await where()).now));
  /** The storage that has the file, and its size. */
  const find = async (sha256: string): Promise<{ storage: MediaStorage; bytes: number } | null> => {
    const first = await current();
    const bytes = await first.size(sha256);
    if (bytes !== null) return { storage: first, bytes };
    const { before } = await where();
    if (before === null || !isConfigured(before, places)) return null;
    const second = await storage(before);
    const old = await second.size(sha256);
    return old === null ? null : { storage: second, bytes: old };
  };

  return {
    kind: async () => (await where()).now,
    put: async (content, about) => {
      const { now: kind } = await where();
      const taker = (local = await storage(kind));
      const file = await taker.put(content, about);
      // The media may have moved while the bytes came, and whoever moved them did not see these.
      looked = null;
      const { now: present } = await where();
      if (present !== kind) await copyFile(file.sha256, taker, await storage(present));
      return file;
    },
    size: async (sha256) => (await find(sha256))?.bytes ?? null,
    open: async (sha256, range) => ((await find(sha256))?.storage ?? (await current())).open(sha256, range),
    remove: async (sha256) => {
      await (await current()).remove(sha256);
      const { before } = await where();
      if (before !== null && isConfigured(before, places)) await (await storage(before)).remove(sha256);
    },
    list: async function* list() {
      yield* (await current()).list();
    },
    localPath: (sha256) => local.localPath(sha256),
  };
}

/** Puts a file into another storage, unless it is there. Throws not_found when it is in neither, and what storages throw. */
export async function copyFile(sha256: string, source: MediaStorage, target: MediaStorage): Promise<void> {
  if ((await target.size(sha256)) === null) await target.put(await source.open(sha256), { sha256 });
}
