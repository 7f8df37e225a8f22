import { AccountReads, AccountWrites } from './account-repository.ts';
import { MachineAccounts, type MachineDependencies } from './machine-accounts.ts';
import type { AccountsAndTokens } from './ports.ts';
import { Schools } from './schools.ts';
import { createTrustedClock } from './trusted-clock.ts';

/** Who is at the machine, by which school, with which tokens. Knows the student of last time at once, without the line. */
export async function createAccounts(dependencies: MachineDependencies): Promise<AccountsAndTokens> {
  const { database, transport, clock, random } = dependencies;
  const reads = new AccountReads(database);
  const writes = new AccountWrites(database);
  const trustedClock = createTrustedClock({ clock, anchor: await reads.clockAnchor(), save: (at) => writes.saveClockAnchor(at) });
  const schools = new Schools({ reads, writes, transport, trustedClock, clock });
  const deviceId = await writes.deviceId(() => random.id());
  const accounts = new MachineAccounts(dependencies, { reads, writes, schools, deviceId, trustedClock });
  await accounts.resume();
  return accounts;
}
