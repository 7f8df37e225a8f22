import { silentLogger, type Logger } from '../../src/core/base/logger.ts';
import { compose, type Core } from '../../src/core/compose.ts';
import { people } from './tiny-school.ts';

interface Seat {
  readonly data: string;
  readonly url: string;
  readonly who?: keyof typeof people;
  /** Of the machine: names its proxy. */
  readonly env?: Readonly<Record<string, string>>;
  readonly logger?: Logger;
}

/** The app's core without a window, its student signed in and the catalogue seen; offline it comes up with what it has. */
export async function openCoreAtSchool({ data, url, who = 'both', env = {}, logger = silentLogger() }: Seat): Promise<Core> {
  const core = await compose({
    dataFolder: data,
    defaultServerUrl: () => url,
    nativeBinding: undefined,
    vault: { kind: 'memory', wrap: () => null, unwrap: () => null },
    settingsFile: { read: () => undefined, write: () => {} },
    version: '0.0.0-test',
    env,
    mediaUrl: (path) => `app://teachify/media/${path}`,
    logger,
  });
  const { status } = await core.connectivity.probe();
  if (status === 'online') {
    await core.accounts.signIn(people[who].email, people[who].password);
    await core.catalog.refresh();
  }
  core.start();
  return core;
}
