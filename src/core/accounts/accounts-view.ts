import type { AccountsState } from '../../shared/contracts/accounts.ts';
import type { StoredAccount } from './account-repository.ts';
import type { SecretVault } from './ports.ts';
import type { Schools } from './schools.ts';
import type { Tokens } from './tokens.ts';

interface Seen {
  readonly schools: Pick<Schools, 'view' | 'nameOf'>;
  /** Addresses: the school of who is here, and the one where another would sign in. */
  readonly serverUrl: string;
  readonly signInUrl: string;
  readonly hasBrowser: boolean;
  readonly account: Pick<StoredAccount, 'id' | 'student'> | null;
  readonly listed: readonly StoredAccount[];
  readonly tokens: Pick<Tokens, 'held' | 'unread'> | null;
  readonly vault: Pick<SecretVault, 'kind'>;
  readonly shared: boolean;
  readonly locked: boolean;
}

/** Who is at the machine, as its window may know it. */
export function viewAccounts({ schools, serverUrl, signInUrl, hasBrowser, account, listed, tokens, vault, shared, locked }: Seen): AccountsState {
  const signInServer = schools.view(signInUrl);
  return {
    server: schools.view(serverUrl),
    signInServer: { ...signInServer, browser: signInServer.browser && hasBrowser },
    student: account?.student ?? null,
    accountId: account?.id ?? null,
    students: listed.map(({ id, server, student, pin }) => ({ ...student, accountId: id, school: schools.nameOf(server), hasPin: pin !== null })),
    authorised: tokens?.held ?? false,
    // What waits to be read lies in the keychain; asking that would hold up the start.
    tokenStorage: tokens?.unread ? 'keychain' : vault.kind,
    shared,
    locked,
  };
}
