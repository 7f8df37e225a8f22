import { join } from 'node:path';
import { createAccounts } from '../../src/core/accounts/accounts.ts';
import { openKeyFile } from '../../src/core/accounts/key-file.ts';
import { createLeases } from '../../src/core/accounts/leases.ts';
import type { Accounts, AccountsAndTokens, SecretVault } from '../../src/core/accounts/ports.ts';
import type { Clock } from '../../src/core/base/clock.ts';
import { silentLogger } from '../../src/core/base/logger.ts';
import { systemRandom } from '../../src/core/base/random.ts';
import { openDatabases, type Databases } from '../../src/core/database/databases.ts';
import { createApiClient } from '../../src/core/net/api-client.ts';
import { createGotTransport } from '../../src/core/net/got-transport.ts';
import type { ApiClient, Transport, TransportRequest } from '../../src/core/net/ports.ts';
import { people } from './tiny-school.ts';

/** Keeps what it is given in a form a test can read, as a keychain would keep it in one nobody can. */
export const openVault: SecretVault = {
  kind: 'keychain',
  wrap: (secret) => Buffer.from(`vault ${secret}`),
  unwrap: (wrapped) => /^vault (.+)$/.exec(Buffer.from(wrapped).toString())?.[1] ?? null,
};
export const noVault: SecretVault = { kind: 'memory', wrap: () => null, unwrap: () => null };

interface Options {
  readonly folder: string;
  readonly url: () => string;
  readonly clock: Clock;
  readonly vault?: SecretVault;
  readonly shared?: () => boolean;
  readonly openBrowser?: (address: string) => Promise<void>;
  /** Told of each request as it leaves. */
  readonly asking?: (url: string) => void;
}

/** Accounts and leases of a machine, over the real ledger and the real line. Opening one on the same folder is starting the app again. */
export interface MachineAtSchool {
  readonly accounts: AccountsAndTokens;
  readonly leases: ReturnType<typeof createLeases>;
  /** Authorised. */
  readonly api: ApiClient;
  readonly databases: Databases;
  /** Everything asked of the school. */
  readonly asked: readonly TransportRequest[];
  /** The line is gone while it is set. */
  offline: boolean;
  close(): void;
}

export async function openMachine({ folder, url, clock, vault = openVault, shared = () => false, openBrowser, asking = () => {} }: Options): Promise<MachineAtSchool> {
  const databases = openDatabases(folder);
  const got = createGotTransport({ userAgent: 'test' });
  const asked: TransportRequest[] = [];
  const transport: Transport = (request) => {
    asked.push(request);
    asking(request.url);
    // A port where nobody listens.
    return got(machine.offline ? { ...request, url: 'http://127.0.0.1:9/' } : request);
  };
  const random = systemRandom();
  const logger = silentLogger();
  const accounts = await createAccounts({ database: databases.ledger, transport, vault, clock, random, logger, configuredServerUrl: url, saveServerUrl: async () => {}, isShared: shared, forgetKeys: async () => {}, openBrowser });
  const api = createApiClient({ transport, serverUrl: accounts.serverUrl, authorisation: accounts.authorisation });
  const leases = createLeases({ database: databases.ledger, api, accounts, wrapper: openKeyFile(join(folder, 'content.key'), random) });
  const machine: MachineAtSchool = { accounts, leases, api, databases, asked, offline: false, close: () => databases.close() };
  return machine;
}

/** By the password, as one of the tiny school's people. */
export function signInHere({ accounts }: { readonly accounts: Pick<Accounts, 'signIn'> }, who: keyof typeof people, again?: string): ReturnType<Accounts['signIn']> {
  return accounts.signIn(people[who].email, people[who].password, again);
}
