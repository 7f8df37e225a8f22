import { mkdirSync } from 'node:fs';
import type { SecretVault } from '../core/accounts/ports.ts';
import type { Logger } from '../core/base/logger.ts';
import { compose, type Core } from '../core/compose.ts';
import type { SettingsFile } from '../core/settings/ports.ts';
import { isTeachifyError, TeachifyError } from '../shared/errors.ts';

export type { Core };

/** What the program that runs the tool brings with it: plain Node, or the packaged app. */
export interface Shell {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly nativeBinding: string | undefined;
  readonly vault: () => SecretVault;
  readonly settingsFile: (dataFolder: string) => SettingsFile;
  readonly defaultServerUrl: string;
  /** Whether video is decoded by the graphics card; absent where there is no window. */
  readonly gpu?: () => boolean;
}

interface Opening {
  readonly dataFolder: string;
  /** A school's address, when the command names one. */
  readonly serverUrl: string | undefined;
  readonly logger: Logger;
}

/** The same core as the app's, without a window. Throws data_folder_in_use while the app runs on the same folder. */
export async function openCore(shell: Shell, { dataFolder, serverUrl, logger }: Opening): Promise<Core> {
  mkdirSync(dataFolder, { recursive: true });
  const { env, version, nativeBinding } = shell;
  return compose({
    ...{ dataFolder, nativeBinding, version, env, logger },
    defaultServerUrl: () => serverUrl ?? (env['VITE_API_URL'] || shell.defaultServerUrl),
    vault: shell.vault(),
    settingsFile: shell.settingsFile(dataFolder),
    mediaUrl: (path) => path,
  });
}

/** Makes sure that somebody is signed in: the student the environment names, else the one of last time. */
export async function requireStudent({ accounts }: Core, env: Shell['env']): Promise<void> {
  const [email, password] = [env['TEACHIFY_EMAIL'], env['TEACHIFY_PASSWORD']];
  const known = accounts.current();
  const isNamed = known && (!email || known.student.email.toLowerCase() === email.toLowerCase());
  if (isNamed && accounts.state().authorised) return;
  if (email && password) {
    if (known && !isNamed) await accounts.signOut();
    // Without the line, who was here last still has all that is on this computer.
    await accounts.signIn(email, password).catch((error: unknown) => {
      if (!isNamed || !isTeachifyError(error) || !error.retryable) throw error;
    });
    return;
  }
  // Offline work needs no token; who asks the server is told by it.
  if (!isNamed) throw new TeachifyError('signed_out', 'Nobody is signed in here: teachify login, or TEACHIFY_EMAIL and TEACHIFY_PASSWORD in the environment');
}
