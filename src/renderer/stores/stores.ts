import { createContext, use } from 'react';
import { useStore } from 'zustand/react';
import type { StoreApi } from 'zustand/vanilla';
import type { ShellInfo } from '../../shared/contracts/shell.ts';
import type { Remote } from '../bridge.ts';
import { createAccountsStore, type Accounts } from './accounts-store.ts';
import { createCatalogStore, type Catalog } from './catalog-store.ts';
import { createConnectionStore, type Connection } from './connection-store.ts';
import { createDraftsStore, type Drafts } from './drafts-store.ts';
import { createDownloadsStore, type Downloads, type Later } from './downloads-store.ts';
import type { Feed } from './feed.ts';
import { createLeasesStore, type Leases } from './leases-store.ts';
import { createLinkStore, type Link } from './link-store.ts';
import { createNavigationStore, type Navigation } from './navigation-store.ts';
import { createNoticesStore, type Notices } from './notices-store.ts';
import { createProgressStore, type Progress } from './progress-store.ts';
import { createSettingsStore, type SettingsState } from './settings-store.ts';

/** What lives as long as the window. */
export interface AppStores {
  readonly remote: Remote;
  readonly shell: ShellInfo;
  /** This machine's wall clock, ms since the Unix epoch. */
  readonly now: () => number;
  readonly later: Later;
  readonly accounts: Feed<Accounts>;
  readonly connection: Feed<Connection>;
  readonly settings: Feed<SettingsState>;
  readonly link: Feed<Link>;
  readonly notices: StoreApi<Notices>;
}

/** What belongs to one student and is made anew for the next. */
export interface StudentStores {
  readonly catalog: Feed<Catalog>;
  readonly downloads: Feed<Downloads>;
  readonly drafts: Feed<Drafts>;
  readonly leases: Feed<Leases>;
  readonly progress: Feed<Progress>;
  readonly navigation: StoreApi<Navigation>;
}

interface Surroundings {
  readonly now: () => number;
  readonly later: Later;
}

export function createAppStores(remote: Remote, shell: ShellInfo, { now, later }: Surroundings): AppStores {
  return {
    remote,
    shell,
    now,
    later,
    accounts: createAccountsStore(remote),
    connection: createConnectionStore(remote),
    settings: createSettingsStore(remote),
    link: createLinkStore(remote),
    notices: createNoticesStore(later),
  };
}

export function createStudentStores({ remote, later }: AppStores, failed: (error: unknown) => void, account: string): StudentStores {
  return {
    catalog: createCatalogStore(remote),
    downloads: createDownloadsStore(remote, later, failed, account),
    drafts: createDraftsStore(remote, later, account),
    leases: createLeasesStore(remote),
    progress: createProgressStore(remote, later, failed, account),
    navigation: createNavigationStore(),
  };
}

export function startFeeds(feeds: readonly { readonly start: () => () => void }[]): () => void {
  const stops = feeds.map((feed) => feed.start());
  return () => stops.reverse().forEach((stop) => stop());
}

export const AppStoresContext = createContext<AppStores | null>(null);
export const StudentStoresContext = createContext<StudentStores | null>(null);

export function useAppStores(): AppStores {
  return required(use(AppStoresContext));
}

function useStudentStores(): StudentStores {
  return required(use(StudentStoresContext));
}

export function useAccounts<Part>(select: (state: Accounts) => Part): Part {
  return useStore(useAppStores().accounts.store, select);
}

export function useConnection<Part>(select: (state: Connection) => Part): Part {
  return useStore(useAppStores().connection.store, select);
}

export function useSettings<Part>(select: (state: SettingsState) => Part): Part {
  return useStore(useAppStores().settings.store, select);
}

export function useLink<Part>(select: (state: Link) => Part): Part {
  return useStore(useAppStores().link.store, select);
}

export function useNotices<Part>(select: (state: Notices) => Part): Part {
  return useStore(useAppStores().notices, select);
}

export function useDrafts<Part>(select: (state: Drafts) => Part): Part {
  return useStore(useDraftsStore(), select);
}

/** For what is looked at later than now. */
export function useDraftsStore(): StoreApi<Drafts> {
  return useStudentStores().drafts.store;
}

export function useCatalog<Part>(select: (state: Catalog) => Part): Part {
  return useStore(useStudentStores().catalog.store, select);
}

export function useDownloads<Part>(select: (state: Downloads) => Part): Part {
  return useStore(useStudentStores().downloads.store, select);
}

export function useLeases<Part>(select: (state: Leases) => Part): Part {
  return useStore(useStudentStores().leases.store, select);
}

export function useProgress<Part>(select: (state: Progress) => Part): Part {
  return useStore(useStudentStores().progress.store, select);
}

export function useNavigation<Part>(select: (state: Navigation) => Part): Part {
  return useStore(useStudentStores().navigation, select);
}

function required<Value>(value: Value | null): Value {
  if (value === null) throw new Error('Used outside its provider');
  return value;
}
