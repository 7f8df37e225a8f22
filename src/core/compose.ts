import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createAccounts } from './accounts/accounts.ts';
import { greetSchool } from './accounts/greet-school.ts';
import { openKeyFile } from './accounts/key-file.ts';
import { createLeases } from './accounts/leases.ts';
import type { Accounts, SecretVault } from './accounts/ports.ts';
import { systemClock } from './base/clock.ts';
import { Disposables } from './base/disposables.ts';
import type { Logger } from './base/logger.ts';
import { systemRandom } from './base/random.ts';
import { createCatalog } from './catalog/catalog.ts';
import type { Catalog } from './catalog/ports.ts';
import { claimFolder } from './content/block-folder.ts';
import { createLessonContents } from './content/lesson-contents.ts';
import { createLineBudget } from './content/line-budget.ts';
import { createOriginSource } from './content/origin-source.ts';
import { createPieceStore } from './content/piece-store.ts';
import { openDatabases } from './database/databases.ts';
import { createDataUsage } from './downloads/data-usage.ts';
import { createDownloads } from './downloads/downloads.ts';
import { createGate } from './downloads/gate.ts';
import type { Downloads } from './downloads/ports.ts';
import { createApiClient } from './net/api-client.ts';
import { createBandwidthMeter } from './net/bandwidth-meter.ts';
import { createConnectivity } from './net/connectivity.ts';
import { createGotTransport } from './net/got-transport.ts';
import { createUndiciTransport } from './net/undici-transport.ts';
import { watchMeteredLine } from './net/metered-line.ts';
import type { Connectivity } from './net/ports.ts';
import { createNotes } from './notes/notes.ts';
import type { Notes } from './notes/ports.ts';
import { createPlayback } from './playback/playback.ts';
import type { Playback } from './playback/ports.ts';
import type { Progress } from './progress/ports.ts';
import { createProgress } from './progress/progress.ts';
import type { Transcripts } from './transcripts/ports.ts';
import { createTranscripts } from './transcripts/transcripts.ts';
import { createSettings } from './settings/settings.ts';
import type { SettingsFile, SettingsStore } from './settings/ports.ts';

interface Surroundings {
  readonly dataFolder: string;
  readonly defaultServerUrl: () => string;
  readonly nativeBinding: string | undefined;
  readonly vault: SecretVault;
  readonly settingsFile: SettingsFile;
  readonly version: string;
  /** Names the proxy, where there is one. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly mediaUrl: (path: string) => string;
  readonly logger: Logger;
}

export interface Core {
  readonly accounts: Accounts;
  readonly catalog: Catalog;
  readonly connectivity: Connectivity;
  readonly downloads: Downloads;
  readonly notes: Notes;
  readonly playback: Playback;
  readonly progress: Progress;
  readonly settings: SettingsStore;
  readonly transcripts: Transcripts;
  /** Takes up the work that was left: queue, outbox, asking for the server. */
  start(): void;
  /** The machine woke up: connections of before are dead, and the line may be another one. */
  wake(): void;
  /** Gives everything back in reverse. */
  dispose(): Promise<void>;
}

/**
 * The composition root: every part is made here, by hand, once, for the window and the command line alike.
 * Throws database_damaged, data_folder_in_use.
 */
export async function compose(surroundings: Surroundings): Promise<Core> {
  const { dataFolder, defaultServerUrl, nativeBinding, vault, settingsFile, version, env, mediaUrl, logger } = surroundings;
  mkdirSync(dataFolder, { recursive: true });
  const disposables = new Disposables();
  const clock = systemClock();
  const random = systemRandom();
  const databases = openDatabases(dataFolder, { nativeBinding, logger });
  disposables.add(() => databases.close());

  const settings = createSettings({ file: settingsFile, logger });
  const line = { userAgent: `TeachifyDesktop/${version}`, env };
  const transport = createGotTransport(line);
  const pieceTransport = createUndiciTransport(line);
  const accounts = await createAccounts({
    ...{ database: databases.ledger, transport, vault, clock, random, logger },
    configuredServerUrl: () => settings.get().serverUrl ?? defaultServerUrl(),
    saveServerUrl: (serverUrl) => void settings.set({ serverUrl }),
  });
  const { authorisation, serverUrl } = accounts;
  const connectivity = createConnectivity({ api: createApiClient({ transport, serverUrl }), clock });
  disposables.add(() => connectivity.close());
  const api = createApiClient({ transport, serverUrl, authorisation, connectivity });
  const bandwidth = createBandwidthMeter();

  const usage = createDataUsage(databases.content, clock);
  disposables.add(() => usage.flush());
  const metered = watchMeteredLine({ platform: process.platform, clock, logger });
  disposables.add(() => metered.close());

  const ownFolder = join(dataFolder, 'content');
  const contentFolder = settings.get().contentFolder ?? ownFolder;
  // One that the student chose lies perhaps on a drive that is not plugged in; it is not made anew then.
  if (contentFolder === ownFolder) await claimFolder(contentFolder);
  const store = createPieceStore({
    ...{ folder: contentFolder, database: databases.content, connectivity, bandwidth, clock, random, logger },
    source: createOriginSource({ transport: pieceTransport, serverUrl, authorisation }),
    budget: createLineBudget({ clock, rules: () => settings.get(), bitsPerSecond: () => bandwidth.bitsPerSecond(), spent: (bytes) => usage.record(bytes) }),
    cacheQuotaBytes: () => settings.get().cacheQuotaBytes,
  });
  disposables.add(() => store.close());
  const signingKey = () => accounts.signingKey();
  const wrapper = openKeyFile(join(dataFolder, 'content.key'), random);
  const contents = createLessonContents({ database: databases.content, store, api, transport, authorisation, serverUrl, signingKey, wrapper });
  const leases = createLeases({ database: databases.ledger, api, accounts, wrapper });
  const catalog = createCatalog({ database: databases.content, api, transport, accounts, clock, logger, posterUrl: (id) => mediaUrl(`poster/${id}`) });
  const progress = createProgress({ database: databases.ledger, api, accounts, catalog, connectivity, clock, random, logger });
  const downloads = createDownloads({
    ...{ database: databases.content, store, contents, catalog, leases, accounts, connectivity, progress, bandwidth, clock, logger },
    gate: createGate({ connectivity, metered, usage, rules: () => settings.get(), clock }),
    gateChanged: settings.changed,
    quotaBytes: () => settings.get().lessonQuotaBytes,
    saveFolder: (folder) => void settings.set({ contentFolder: folder }),
  });
  const playback = createPlayback({
    ...{ accounts, catalog, contents, store, leases, downloaded: downloads, progress, connectivity, bandwidth, mediaUrl, clock, random, logger },
  });

  const transcripts = createTranscripts({ database: databases.content, accounts, catalog, contents, store, leases, downloads, logger });
  const notes = createNotes({ progress, catalog, random });

  return {
    ...{ accounts, catalog, connectivity, downloads, notes, playback, progress, settings, transcripts },
    start: () => {
      disposables.add(greetSchool({ accounts, connectivity, logger }));
      void connectivity.probe();
      void store.findUnknown().catch((error: unknown) => logger.warn('what lies on disk could not be looked at', { error }));
      disposables.add(downloads.start());
      disposables.add(progress.start());
      disposables.add(transcripts.start());
    },
    wake: () => {
      transport.dropConnections();
      pieceTransport.dropConnections();
      void connectivity.probe();
    },
    dispose: () => disposables.dispose(),
  };
}
