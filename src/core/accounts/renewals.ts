import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Connectivity } from '../net/ports.ts';
import type { Accounts } from './ports.ts';

const everyMs = 60 * 60 * 1000;

interface Dependencies {
  readonly leases: { renewDue(signal?: AbortSignal): Promise<void> };
  readonly accounts: Pick<Accounts, 'changed' | 'current'>;
  readonly connectivity: Pick<Connectivity, 'changed'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Renews leases that end soon: when the line comes, when a student sits down, every hour. No media crosses the line for it. Gives the stop. */
export function startRenewals({ leases, accounts, connectivity, clock, logger }: Dependencies): () => Promise<void> {
  const closing = new AbortController();
  let running: Promise<void> = Promise.resolve();
  let student = accounts.current()?.accountId;
  const renew = () => {
    running = running
      .then(() => (closing.signal.aborted ? undefined : leases.renewDue(closing.signal)))
      .catch((error: unknown) => logger.error('leases could not be renewed', { error }));
  };
  const tick = async () => {
    while (await clock.sleep(everyMs, closing.signal).then(() => true, () => false)) renew();
  };
  const stops = [
    connectivity.changed(({ status }) => void (status === 'online' && renew())),
    accounts.changed(() => {
      const now = accounts.current()?.accountId;
      if (now !== undefined && now !== student) renew();
      student = now;
    }),
  ];
  void tick();
  return async () => {
    closing.abort();
    for (const stop of stops) stop();
    await running;
  };
}
