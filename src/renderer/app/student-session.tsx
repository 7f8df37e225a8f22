import { useLayoutEffect, useState, type ReactNode } from 'react';
import { useFailureNotice } from '../stores/use-attempt.ts';
import { createStudentStores, startFeeds, StudentStoresContext, useAppStores } from '../stores/stores.ts';

/** The stores of one student, alive while that student is signed in. */
export function StudentSession({ children }: { children: ReactNode }) {
  const appStores = useAppStores();
  const failed = useFailureNotice();
  const [stores] = useState(() => createStudentStores(appStores, failed));
  // Before the first picture, like the feeds of the app.
  useLayoutEffect(() => startFeeds([stores.catalog, stores.downloads, stores.leases, stores.progress]), [stores]);
  return <StudentStoresContext value={stores}>{children}</StudentStoresContext>;
}
