import { mkdirSync } from 'node:fs';
import type { SecretVault } from '../core/accounts/ports.ts';
import type { Logger } from '../core/base/logger.ts';
import { compose, type Core } from '../core/compose.ts';
import { readExtraAuthorities } from '../core/net/extra-authorities.ts';
import type { DroppableTransport } from '../core/net/ports.ts';
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
  /** What the system's settings put on the line; absent on plain Node. */
  readonly systemLine?: (direct: DroppableTransport) => DroppableTransport;
  /** Whether video is decoded by the graphics card; unknown where Chromium draws nothing, absent where there is no Chromium. */
  readonly gpu?: () => Promise<'used' | 'not used' | 'unknown'>;
  /** A silent line is given up after so long; 30 s when left out. */
  readonly silenceMs?: number;
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
  const { env, version, nativeBinding, silenceMs } = shell;
  return compose({
    ...{ dataFolder, nativeBinding, version, env, logger },
    defaultServerUrl: () => serverUrl ?? (env['VITE_API_URL'] || shell.defaultServerUrl),
    vault: shell.vault(),
    settingsFile: shell.settingsFile(dataFolder),
    systemLine: shell.systemLine,
    extraAuthorities: readExtraAuthorities(env, logger),
    mediaUrl: (path) => path,
    ...(silenceMs === undefined ? {} : { silenceMs }),
  });
}

/** Makes sure that somebody is signed in: whose token or name the environment has, else the one of last time. */
export async function requireStudent({ accounts }: Core, env: Shell['env']): Promise<void> {
  const token = env['TEACHIFY_ACCESS_TOKEN'];
  if (token) return void (await accounts.signInByToken(token.trim()));
  const [email, password] = [env['TEACHIFY_EMAIL'], env['TEACHIFY_PASSWORD']];
  const state = accounts.state();
  const named = email ? state.students.find((one) => one.email.toLowerCase() === email.toLowerCase()) : state.students.find(({ accountId }) => accountId === state.accountId);
  // On a shared computer only the password says who it is.
  if (named && named.accountId !== state.accountId && !state.shared) await accounts.choose(named.accountId, null);
  const isHere = named !== undefined && accounts.state().accountId === named.accountId;
  // A keyring may have forgotten its key since: that must be known while the environment can still help.
  if (isHere && accounts.askKeychain().authorised) return;
  if (email && password) {
    // Without the line, who was here last still has all that is on this computer.
    await accounts.signIn(email, password).catch((error: unknown) => {
      if (!isHere || !isTeachifyError(error) || !error.retryable) throw error;
    });
    return;
  }
  // Offline work needs no token; who asks the server is told by it.
  if (!isHere) throw new TeachifyError('signed_out', 'Nobody is signed in here: teachify login, or TEACHIFY_EMAIL and TEACHIFY_PASSWORD, or TEACHIFY_ACCESS_TOKEN in the environment');
}
