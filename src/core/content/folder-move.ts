import { TeachifyError } from '../../shared/errors.ts';
import type { Logger } from '../base/logger.ts';
import { diskError } from '../base/disk-error.ts';
import type { BlockFiles } from './block-files.ts';
import { claimFolder, copyFolder, leaveFolder, requireFolder } from './block-folder.ts';
import type { FolderMove } from './ports.ts';
import type { Transfers } from './transfers.ts';

interface Parts {
  readonly blocks: BlockFiles;
  readonly transfers: Pick<Transfers, 'hold' | 'letGo'>;
  readonly logger: Logger;
}

/** Brings all blocks to another folder: most of it while transfers run, then, while they hold still, what changed meanwhile. */
export async function moveBlocks(folder: string, { signal, onProgress, settle }: FolderMove, { blocks, transfers, logger }: Parts): Promise<void> {
  const old = blocks.folder;
  if (folder === old) return;
  const copying = { signal, onProgress };
  try {
    await requireFolder(old);
    await claimFolder(folder);
    await copyFolder(old, folder, copying);
    await transfers.hold();
    await copyFolder(old, folder, copying);
    await settle();
    blocks.relocate(folder);
  } catch (error) {
    if (signal?.aborted) throw new TeachifyError('cancelled', 'The folder stays where it was', { cause: error });
    throw diskError(error);
  } finally {
    transfers.letGo();
  }
  await leaveFolder(old).catch((error: unknown) => logger.warn('the old folder could not be cleared', { error }));
}
