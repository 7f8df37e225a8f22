import type { Accounts } from './accounts-store.ts';
import type { Feed } from './feed.ts';
import { startFeeds, type StudentStores } from './stores.ts';

/**
 * Makes a student's stores follow main while main tells them anything. Behind the lock it tells and answers nothing, so when the
 * student is back they begin anew. Gives back the function that stops them.
 */
export function startStudentFeeds({ store: accounts }: Pick<Feed<Accounts>, 'store'>, { catalog, downloads, drafts, leases, progress }: Omit<StudentStores, 'navigation'>): () => void {
  const start = () => startFeeds([catalog, downloads, drafts, leases, progress]);
  const isLocked = () => accounts.getState().state?.locked === true;
  let wasLocked = isLocked();
  let stop = wasLocked ? () => {} : start();
  const stopWatching = accounts.subscribe(() => {
    const isBack = wasLocked && !isLocked();
    wasLocked = isLocked();
    if (!isBack) return;
    stop();
    stop = start();
  });
  return () => {
    stopWatching();
    stop();
  };
}
