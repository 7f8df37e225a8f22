import type { Claim, PieceStore } from '../content/ports.ts';
import type { DownloadRepository } from './download-repository.ts';

/** Ends these claims, and gives back what nobody else keeps. */
export async function giveBack(store: Pick<PieceStore, 'claimOnly' | 'discard'>, claims: readonly Claim[]): Promise<void> {
  for (const claim of claims) await store.discard(await store.claimOnly(claim, []));
}

/**
 * Ends claims that no download stands for any more: a kill came between the end of a row and the end of what it kept. Another
 * quality is kept as long as the one that takes its place is not ready.
 */
export async function giveBackOrphans(rows: Pick<DownloadRepository, 'kept'>, store: Pick<PieceStore, 'claims' | 'claimOnly' | 'discard'>): Promise<void> {
  // In this order: a row is written before its first claim.
  const claims = await store.claims();
  const nameOf = ({ account, lessonId }: Pick<Claim, 'account' | 'lessonId'>) => `${account} ${lessonId}`;
  const kept = new Map((await rows.kept()).map((row) => [nameOf(row), row]));
  const isOrphan = (claim: Claim) => {
    const row = kept.get(nameOf(claim));
    return row === undefined || (row.quality !== claim.quality && row.state === 'ready');
  };
  await giveBack(store, claims.filter(isOrphan));
}
