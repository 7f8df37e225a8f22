import { useLayoutEffect, useState, type ReactNode } from 'react';
import { useFailureNotice } from '../stores/use-attempt.ts';
import { createStudentStores, StudentStoresContext, useAppStores } from '../stores/stores.ts';
import { startStudentFeeds } from '../stores/student-feeds.ts';

/** The stores of one student, alive while that student is signed in. */
export function StudentSession({ account, children }: { account: string; children: ReactNode }) {
  const appStores = useAppStores();
  const failed = useFailureNotice();
  const [stores] = useState(() => createStudentStores(appStores, failed, account));
  // Before the first picture, like the feeds of the app.
  useLayoutEffect(() => startStudentFeeds(appStores.accounts, stores), [appStores, stores]);
  return <StudentStoresContext value={stores}>{children}</StudentStoresContext>;
}
