import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createAccounts } from './accounts/accounts.ts';
import { greetSchool } from './accounts/greet-school.ts';
import { createIdleLock, type IdleLock } from './accounts/idle-lock.ts';
import { openKeyFile } from './accounts/key-file.ts';
import { createLeases } from './accounts/leases.ts';
import type { Accounts, Leases, SecretVault } from './accounts/ports.ts';
import { openSharedMark } from './accounts/shared-mark.ts';
import { startRenewals } from './accounts/renewals.ts';
import { systemClock } from './base/clock.ts';
import { Disposables } from './base/disposables.ts';
import type { Logger } from './base/logger.ts';
import { systemRandom } from './base/random.ts';
import { createCatalog } from './catalog/catalog.ts';
import type { Catalog } from './catalog/ports.ts';
import { claimFolder } from './content/block-folder.ts';
import { createLessonContents } from './content/lesson-contents.ts';
import { createLineBudget } from './content/line-budget.ts';
import { MediaElsewhere } from './content/media-elsewhere.ts';
import { createOriginSource } from './content/origin-source.ts';
import { createPieceStore } from './content/piece-store.ts';
import { openDatabases } from './database/databases.ts';
import { createDataUsage } from './downloads/data-usage.ts';
import { createDownloads } from './downloads/downloads.ts';
import { createGate } from './downloads/gate.ts';
import { createKnownSpeed } from './downloads/known-speed.ts';
import type { Downloads } from './downloads/ports.ts';
import { createApiClient } from './net/api-client.ts';
import { createBandwidthMeter } from './net/bandwidth-meter.ts';
import { createConnectivity } from './net/connectivity.ts';
import { createGotTransport } from './net/got-transport.ts';
import { unreadableProxies, userAgent } from './net/line-options.ts';
import { createUndiciTransport } from './net/undici-transport.ts';
import { createMeteredLine } from './net/metered-line.ts';
import type { Connectivity, DroppableTransport } from './net/ports.ts';
import { createDrafts } from './notes/drafts.ts';
import { createNotes } from './notes/notes.ts';
import type { Drafts, Notes } from './notes/ports.ts';
import { createPlayback } from './playback/playback.ts';
import type { Playback } from './playback/ports.ts';
import type { Progress } from './progress/ports.ts';
import { createProgress } from './progress/progress.ts';
import type { Transcripts } from './transcripts/ports.ts';
import { createTranscripts } from './transcripts/transcripts.ts';
import { shareChoices } from './settings/share-choices.ts';
import { createSettings } from './settings/settings.ts';
import type { SettingsFile, SettingsStore } from './settings/ports.ts';

interface Surroundings {
  readonly dataFolder: string;
  readonly defaultServerUrl: () => string;
  readonly nativeBinding: string | undefined;
  readonly vault: SecretVault;
  /** Opens a page of this server in the system's browser; absent where there is none. */
  readonly openBrowser?: (address: string, server: string) => Promise<void>;
  readonly settingsFile: SettingsFile;
  readonly version: string;
  /** Names the proxy, where there is one. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly mediaUrl: (path: string) => string;
  /** PEM certificates of authorities to trust besides the system's. */
  readonly extraAuthorities?: readonly string[];
  /** A line that is silent or drips for so long is given up; 30 s when left out. */
  readonly silenceMs?: number;
  readonly logger: Logger;
  /** Puts what the system's own settings want between a transport and whoever uses it; nothing on plain Node. */
  readonly systemLine?: ((direct: DroppableTransport) => DroppableTransport) | undefined;
}

export interface Core {
  readonly accounts: Accounts;
  readonly catalog: Catalog;
  readonly connectivity: Connectivity;
  readonly downloads: Downloads;
  readonly idleLock: Pick<IdleLock, 'active' | 'lock'>;
  readonly leases: Pick<Leases, 'ending' | 'changed'>;
  readonly drafts: Drafts;
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
  const { dataFolder, defaultServerUrl, nativeBinding, vault, settingsFile, version, env, mediaUrl, extraAuthorities = [], silenceMs, logger, systemLine = (direct) => direct, openBrowser } = surroundings;
  mkdirSync(dataFolder, { recursive: true });
  const disposables = new Disposables();
  const clock = systemClock();
  const random = systemRandom();
  const databases = openDatabases(dataFolder, { nativeBinding, logger });
  disposables.add(() => databases.close());

  const giveUp = async (error: unknown): Promise<never> => {
    // A ledger that is to be repaired must not be held.
    await disposables.dispose();
    throw error;
  };
  const mark = await openSharedMark(databases.ledger).catch(giveUp);
  const settings = createSettings({ file: settingsFile, mark, logger });
  // One that was shared before the mark was kept, or whose ledger was rebuilt.
  await mark.set(settings.get().sharedComputer).catch((error: unknown) => logger.warn('the mark of a shared computer could not be written', { error }));
  const line = { userAgent: userAgent(version), env, extraCa: extraAuthorities, ...(silenceMs === undefined ? {} : { silenceMs }) };
  const unreadable = unreadableProxies(env);
  if (unreadable.length > 0) logger.warn('a proxy whose address cannot be read is passed over', { variables: unreadable.join(', ') });
  const transport = systemLine(createGotTransport(line));
  const receiving = createUndiciTransport(line);
  const pieceTransport = Object.assign(systemLine(receiving), { giveBack: receiving.giveBack });
  const accounts = await createAccounts({
    ...{ database: databases.ledger, transport, vault, clock, random, logger },
    configuredServerUrl: () => settings.get().serverUrl ?? defaultServerUrl(),
    saveServerUrl: async (serverUrl) => void (await settings.set({ serverUrl })),
    isShared: () => settings.get().sharedComputer,
    forgetKeys: (staying) => contents.forgetKeys(staying),
    openBrowser,
  }).catch(giveUp);
  // Before anybody else hears of another student, their settings count.
  const seat = () => settings.sitDown(accounts.current()?.accountId ?? null);
  disposables.add(accounts.changed(seat));
  seat();
  let wasShared = settings.get().sharedComputer;
  disposables.add(
    settings.changed(({ sharedComputer }) => {
      if (sharedComputer === wasShared) return;
      wasShared = sharedComputer;
      accounts.sharingChanged().catch((error: unknown) => logger.error('tokens could not be moved', { error }));
    }),
  );
  const idleLock = createIdleLock({ accounts, clock, minutes: () => (settings.get().sharedComputer ? settings.get().lockAfterMinutes : null) });
  disposables.add(() => idleLock.stop());
  const { authorisation, serverUrl } = accounts;
  const elsewhere = new MediaElsewhere({ serverUrl, clock });
  const connectivity = createConnectivity({ api: createApiClient({ transport, serverUrl }), clock, heard: (info) => elsewhere.heard(info) });
  disposables.add(() => connectivity.close());
  const api = createApiClient({ transport, serverUrl, authorisation, connectivity });
  const bandwidth = createBandwidthMeter();

  const usage = createDataUsage(databases.content, clock);
  disposables.add(() => usage.flush());
  const speed = createKnownSpeed(databases.content, bandwidth, clock);
  disposables.add(() => speed.save());
  const metered = createMeteredLine({ platform: process.platform, clock, logger });

  const ownFolder = join(dataFolder, 'content');
  const contentFolder = settings.get().contentFolder ?? ownFolder;
  // One that the student chose lies perhaps on a drive that is not plugged in; it is not made anew then.
  if (contentFolder === ownFolder) await claimFolder(contentFolder);
  const spent = (bytes: number) => {
    usage.record(bytes);
    speed.note();
  };
  const budget = createLineBudget({ clock, rules: () => settings.get(), bitsPerSecond: () => bandwidth.bitsPerSecond(), spent });
  const store = createPieceStore({
    ...{ folder: contentFolder, database: databases.content, connectivity, bandwidth, clock, random, logger, silenceMs },
    source: createOriginSource({ transport: pieceTransport, serverUrl, authorisation, elsewhere, ...(silenceMs === undefined ? {} : { idleTimeoutMs: silenceMs }) }),
    budget,
    cacheQuotaBytes: () => settings.get().cacheQuotaBytes,
  });
  disposables.add(() => store.close());
  const signingKeys = (kid: string | undefined) => accounts.signingKeys(kid);
  const wrapper = openKeyFile(join(dataFolder, 'content.key'), random);
  const contents = createLessonContents({ database: databases.content, store, api, transport, authorisation, serverUrl, signingKeys, wrapper, budget });
  const leases = createLeases({ database: databases.ledger, api, accounts, wrapper });
  const catalog = createCatalog({ database: databases.content, api, transport, accounts, clock, logger, posterUrl: (id) => mediaUrl(`poster/${id}`) });
  const serverTime = () => accounts.trustedClock.now().catch(() => clock.now());
  const { trustedClock } = accounts;
  const progress = createProgress({
    ...{ database: databases.ledger, api, accounts, catalog, connectivity, clock, random, logger, serverTime },
    onServerTime: (at) => trustedClock.sawServerTime(at),
    heardTime: () => trustedClock.heard(),
  });
  const downloads = createDownloads({
    ...{ database: databases.content, store, contents, catalog, leases, accounts, connectivity, progress, speed, clock, random, logger },
    gate: createGate({ connectivity, metered, usage, rules: () => settings.get(), clock }),
    gateChanged: settings.changed,
    quotaBytes: () => settings.get().lessonQuotaBytes,
    saveFolder: async (folder) => void (await settings.set({ contentFolder: folder })),
  });
  const playback = createPlayback({
    ...{ accounts, catalog, contents, store, leases, downloaded: downloads, progress, connectivity, bandwidth, mediaUrl, clock, random, logger },
  });

  const transcripts = createTranscripts({ database: databases.content, accounts, catalog, contents, store, leases, downloads, logger });
  const notes = createNotes({ progress, catalog, random });
  const drafts = createDrafts(databases.ledger);

  return {
    ...{ accounts, catalog, connectivity, downloads, drafts, idleLock, leases, notes, playback, progress, settings, transcripts },
    start: () => {
      disposables.add(metered.watch());
      disposables.add(greetSchool({ accounts, connectivity, logger }));
      disposables.add(startRenewals({ leases, accounts, connectivity, clock, logger }));
      void connectivity.probe();
      void store.findUnknown().catch((error: unknown) => logger.warn('what lies on disk could not be looked at', { error }));
      disposables.add(downloads.start());
      disposables.add(shareChoices({ accounts, settings, progress, logger }));
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
