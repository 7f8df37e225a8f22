import { silentLogger, type Logger } from '../../src/core/base/logger.ts';
import { compose, type Core } from '../../src/core/compose.ts';
import type { SettingsFile } from '../../src/core/settings/ports.ts';
import { people } from './tiny-school.ts';

interface Seat {
  readonly data: string;
  readonly url: string;
  readonly who?: keyof typeof people;
  /** Of the machine: names its proxy. */
  readonly env?: Readonly<Record<string, string>>;
  readonly logger?: Logger;
  /** In memory, and lost with the core, when left out. */
  readonly settingsFile?: SettingsFile;
}

/** The app's core without a window, as it starts. */
export function openCore({ data, url, env = {}, logger = silentLogger(), settingsFile = { read: () => undefined, write: () => {} } }: Seat): Promise<Core> {
  return compose({
    dataFolder: data,
    defaultServerUrl: () => url,
    nativeBinding: undefined,
    vault: { kind: 'memory', wrap: () => null, unwrap: () => null },
    settingsFile,
    version: '0.0.0-test',
    env,
    mediaUrl: (path) => `app://teachify/media/${path}`,
    logger,
  });
}

/** The app's core without a window, its student signed in and the catalogue seen; offline it comes up with what it has. */
export async function openCoreAtSchool({ who = 'both', ...seat }: Seat): Promise<Core> {
  const core = await openCore(seat);
  const { status } = await core.connectivity.probe();
  if (status === 'online') {
    await core.accounts.signIn(people[who].email, people[who].password);
    await core.catalog.refresh();
  }
  core.start();
  return core;
}
