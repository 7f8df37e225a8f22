import { session, type BrowserWindow } from 'electron';
import { compose, type Core } from '../core/compose.ts';
import type { Logger } from '../core/base/logger.ts';
import { readExtraAuthorities } from '../core/net/extra-authorities.ts';
import { userAgent } from '../core/net/line-options.ts';
import { settingsForTrouble } from '../core/settings/settings.ts';
import { calls } from '../shared/contracts/bridge.ts';
import { isTeachifyError } from '../shared/errors.ts';
import type { Router } from './ipc/channel.ts';
import { createHandlers, createStartupHandlers } from './ipc/handlers.ts';
import { createRouter } from './ipc/router.ts';
import type { DeepLinks } from './platform/deep-links.ts';
import { openBrowser } from './platform/open-browser.ts';
import { createSecretVault } from './platform/secret-vault.ts';
import { createSettingsFile } from './platform/settings-file.ts';
import { systemLine } from './platform/system-line.ts';
import { trustExtraAuthorities } from './platform/trust.ts';
import { createShell } from './shell.ts';

interface Surroundings {
  readonly dataFolder: string;
  readonly defaultServerUrl: () => string;
  readonly nativeBinding: string | undefined;
  readonly version: string;
  readonly mediaUrl: (path: string) => string;
  readonly logger: Logger;
  readonly window: () => BrowserWindow | null;
  readonly links: DeepLinks;
}

interface Started {
  /** Null when the app could not start as it should; every answer then says why. */
  readonly core: Core | null;
  readonly router: Router;
}

/** The core behind the window, with an answer for every call. It is large: whoever wants a window first imports it late. */
export async function startCore({ window, links, ...surroundings }: Surroundings): Promise<Started> {
  const { dataFolder, version, logger } = surroundings;
  const shell = createShell({ folder: dataFolder, window, links, logger });
  try {
    const extraAuthorities = readExtraAuthorities(process.env, logger);
    trustExtraAuthorities(session.defaultSession, extraAuthorities, Date.now);
    const core = await compose({
      ...{ ...surroundings, vault: createSecretVault(), openBrowser, settingsFile: createSettingsFile(dataFolder), env: process.env, extraAuthorities },
      systemLine: systemLine({ session: session.defaultSession, userAgent: userAgent(version), now: Date.now }),
    });
    return { core, router: createRouter(createHandlers(core, shell), { logger, isClosed: () => core.accounts.closed() }) };
  } catch (error) {
    if (!isTeachifyError(error)) throw error;
    logger.error('the app could not start as it should', { error });
    const settings = settingsForTrouble(() => createSettingsFile(dataFolder).read());
    return { core: null, router: createRouter(createStartupHandlers(shell, error.toWire(), Object.keys(calls), settings), { logger, isClosed: () => false }) };
  }
}
