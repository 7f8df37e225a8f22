import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { readEnvironment, storeAddress } from '../options.ts';
import { schoolKeyPlace, openSchoolKeys, type SchoolKeys } from '../services/school-keys.ts';
import type { KeyPlace } from '../services/key-place.ts';
import { openStore, type Store } from '../store/database.ts';
import type { MediaStorage } from '../storage/ports.ts';
import { openSchoolMedia } from '../storage/school-media.ts';

/** A school, opened beside the server that may run on it. */
export interface OpenedSchool {
  readonly store: Store;
  readonly media: MediaStorage;
  readonly keys: SchoolKeys;
  readonly keyPlace: KeyPlace;
}

/** @param data its folder, when it is named. Throws with a sentence when there is none. */
export async function openSchool(env: NodeJS.ProcessEnv, data: string | undefined, now: () => number): Promise<OpenedSchool> {
  const options = readEnvironment(env, data);
  const address = storeAddress(options);
  if (!options.databaseUrl) await access(address).catch(() => Promise.reject(new Error(`There is no school in ${options.data}: start the server there first, or name its folder with --data.`)));
  const store = await openStore(address, env['TEACHIFY_SQLITE_BINDING']);
  const file = join(options.data, 'keys.json');
  const media = await openSchoolMedia({ store, places: options, preferred: options.storage, now });
  return { store, media, keys: await openSchoolKeys(store, file, now), keyPlace: schoolKeyPlace(store, file) };
}
