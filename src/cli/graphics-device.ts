import { access, constants, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** What Linux shows of graphics cards to who asks without a window: one that may be used, one that may not, none, or nothing that can be known. */
export type GraphicsDevice = { readonly kind: 'usable' | 'forbidden'; readonly name: string } | { readonly kind: 'none' | 'unknown' };

/** Render nodes of the Direct Rendering Manager. */
export async function findGraphicsDevice(platform: NodeJS.Platform, folder = '/dev/dri'): Promise<GraphicsDevice> {
  if (platform !== 'linux') return { kind: 'unknown' };
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.startsWith('renderD')).toSorted();
  for (const name of names) {
    const isOurs = await access(join(folder, name), constants.R_OK | constants.W_OK).then(() => true, () => false);
    if (isOurs) return { kind: 'usable', name };
  }
  return names[0] === undefined ? { kind: 'none' } : { kind: 'forbidden', name: names[0] };
}
