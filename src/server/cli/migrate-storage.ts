import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { readEnvironment, storeAddress } from '../options.ts';
import { openStorage, storageKindSchema, type StorageKind } from '../storage/open-storage.ts';
import type { MediaFile, MediaStorage } from '../storage/ports.ts';
import { copyFile, readWhere, rememberedMs, writeWhere } from '../storage/school-media.ts';
import { openStore, type Store } from '../store/database.ts';

export const migrateStorageHelp = `Usage: teachify-server migrate-storage --from KIND --to KIND [flags]

Moves a school's media to another storage while lessons play: copies each file, reads it back, then tells every server.
Begun again after any interruption, it goes on where it was. KIND is folder, s3 or cloudinary; where they are is told by
the environment, as for the server.

  --from KIND      where the media are
  --to KIND        where they go
  --remove-source  remove them there, once every server knows
  --data FOLDER    the school's folder, also TEACHIFY_SERVER_DATA (default: ./data)
  --help`;

interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly print: (line: string) => void;
  readonly say: (sentence: string) => void;
}

/** Throws with a sentence when it cannot be done; the school's media are then where they were. */
export async function migrateStorage(argv: readonly string[], { env, print, say }: Surroundings): Promise<void> {
  const { values } = parseArgs({ args: [...argv], options: flags });
  if (values.help) return print(migrateStorageHelp);
  const [from, to] = [kindOf('from', values.from), kindOf('to', values.to)];
  if (from === to) throw new Error('--from and --to are the same.');
  const options = readEnvironment(env, values.data);
  const store = await openStore(storeAddress(options), env['TEACHIFY_SQLITE_BINDING']);
  try {
    const where = (await readWhere(store))?.now ?? 'folder';
    if (where !== from && where !== to) throw new Error(`The media of this school are in ${where}.`);
    const [source, target] = [await openStorage(from, options), await openStorage(to, options)];
    await copyAll({ store, source, target, to, say });
    if (where !== to) await writeWhere(store, { now: to, before: from });
    // A server that has not looked yet may still put a lesson where they were.
    await sleep(2 * rememberedMs);
    await copyAll({ store, source, target, to, say });
    await store.deleteFrom('media_copies').where('storage', '=', to).execute();
    if (values['remove-source']) {
      for await (const { sha256 } of source.list()) {
        // One that was still being put there when all others were copied.
        await copyFile(sha256, source, target);
        await source.remove(sha256);
      }
      await writeWhere(store, { now: to, before: null });
    }
    print(`The media are in ${to}.`);
  } finally {
    await store.destroy();
  }
}

const flags = { from: { type: 'string' }, to: { type: 'string' }, 'remove-source': { type: 'boolean' }, data: { type: 'string' }, help: { type: 'boolean' } } as const;

function kindOf(flag: string, text: string | undefined): StorageKind {
  const parsed = storageKindSchema.safeParse(text);
  if (!parsed.success) throw new Error(`--${flag} is one of ${storageKindSchema.options.join(', ')}.`);
  return parsed.data;
}

interface Move {
  readonly store: Store;
  readonly source: MediaStorage;
  readonly target: MediaStorage;
  readonly to: StorageKind;
  readonly say: (sentence: string) => void;
}

/** Every file of the source that was not copied and verified before; a file that broke there stops all. */
async function copyAll({ store, source, target, to, say }: Move): Promise<void> {
  const rows = await store.selectFrom('media_copies').select('sha256').where('storage', '=', to).execute();
  const done = new Set(rows.map(({ sha256 }) => sha256));
  const files: MediaFile[] = [];
  for await (const file of source.list()) if (!done.has(file.sha256)) files.push(file);
  const all = files.reduce((sum, { bytes }) => sum + bytes, 0);
  let moved = 0;
  for (const { sha256, bytes } of files) {
    // `put` refuses bytes of another name, and reads back what it stored.
    await target.put(await source.open(sha256), { sha256 });
    await store.insertInto('media_copies').values({ storage: to, sha256 }).onConflict((conflict) => conflict.doNothing()).execute();
    moved += bytes;
    say(`${Math.floor((moved / all) * 100)} %`);
  }
}
