import { existsSync } from 'node:fs';
import { join } from 'node:path';

interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Electron's own folder of resources. */
  readonly resourcesPath: string;
}

/** Path of a better-sqlite3 binding made for this Electron, where the shipped one does not fit; undefined where it does. */
export function nativeBinding({ env, resourcesPath }: Surroundings): string | undefined {
  const packed = join(resourcesPath, 'better_sqlite3.node');
  return env['TEACHIFY_SQLITE_BINDING'] ?? (existsSync(packed) ? packed : undefined);
}
