import type { Logger } from '../base/logger.ts';
import type { Connectivity } from '../net/ports.ts';
import type { Accounts } from './ports.ts';

interface Dependencies {
  readonly accounts: Pick<Accounts, 'checkServer' | 'current' | 'state'>;
  readonly connectivity: Connectivity;
  readonly logger: Logger;
}

/** While nobody is signed in, lets the school at the other end of the line say its name as soon as it can be reached. Gives the way to stop. */
export function greetSchool({ accounts, connectivity, logger }: Dependencies): () => void {
  return connectivity.changed(({ status }) => {
    if (status !== 'online' || accounts.current()) return;
    accounts.checkServer(accounts.state().server.url).catch((error: unknown) => logger.info('the school did not say who it is', { error }));
  });
}
