import fc from 'fast-check';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSettingsFile } from '../../src/cli/settings-file.ts';
import { silentLogger } from '../../src/core/base/logger.ts';
import { compose, type Core } from '../../src/core/compose.ts';
import { openDatabases } from '../../src/core/database/databases.ts';
import { repairLedger } from '../../src/core/database/repair-ledger.ts';
import { isTeachifyError } from '../../src/shared/errors.ts';
import { startSchoolServer } from './school-server.ts';
import { people } from './tiny-school.ts';

const lesson = 'making-tea';
const watched = 40;
/** What a data folder is made of, besides the blocks of lessons, which have hashes of their own. */
const files = ['ledger.db', 'content.db', 'settings.json', 'content.key', 'ledger-copy.db', 'lock.db'] as const;
const refusals: ReadonlySet<string> = new Set(['database_damaged', 'disk_denied', 'disk_failed', 'disk_full']);

type Damage = (bytes: Buffer) => Buffer;

/** A data folder that a student used, and the one thing to be true of it whatever happens to its files. */
export interface DamagedFolders {
  /** Either all goes on, or the damage is said and can be repaired; nothing crashes, and what was watched and written is all there. */
  readonly property: fc.IAsyncProperty<unknown>;
  readonly close: () => void;
}

/** Made by the app's own core at a real school, with yesterday's copy of the ledger in it. */
export async function damagedFolders(): Promise<DamagedFolders> {
  const template = mkdtempSync(join(tmpdir(), 'teachify-used-'));
  await use(template);
  const before = belongings(template);
  const damage = fc.tuple(fc.constantFrom(...files), fc.array(anyDamage(), { minLength: 1, maxLength: 3 }), fc.boolean());
  const property = fc.asyncProperty(damage, async ([file, damages, leavesLog]) => {
    const folder = mkdtempSync(join(tmpdir(), 'teachify-damaged-'));
    try {
      cpSync(template, folder, { recursive: true });
      const path = join(folder, file);
      writeFileSync(path, damages.reduce<Buffer>((bytes, apply) => apply(bytes), readFileSync(path)));
      // What a crash leaves, so that the next start looks closer.
      if (leavesLog && file.endsWith('.db')) writeFileSync(`${path}-wal`, 'what a crash left');
      const repaired = await startAndLookAround(folder);
      const after = belongings(folder);
      const lost = [...before].filter((one) => !after.has(one));
      // SQLite keeps no sums: a letter that was changed in a sound ledger is one row that reads otherwise, and no row less.
      const isLess = repaired || file !== 'ledger.db' || after.size < before.size;
      if (lost.length > 0 && isLess) throw new Error(`Lost: ${lost.join(', ')}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
  return { property, close: () => rmSync(template, { recursive: true, force: true }) };
}

async function use(folder: string): Promise<void> {
  const server = await startSchoolServer();
  try {
    const core = await open(folder, server.url);
    try {
      await core.connectivity.probe();
      await core.accounts.signIn(people.both.email, people.both.password);
      await core.catalog.refresh();
      await core.settings.set({ theme: 'dark', sharedComputer: false, contentFolder: null, downloadQuality: '360p' });
      core.start();
      await core.downloads.add([lesson], '360p');
      for (let waited = 0; (await core.downloads.list())[0]?.state !== 'ready'; waited += 50) {
        if (waited > 60_000) throw new Error('The lesson does not come home');
        await sleep(50);
      }
      const { timelineId, epoch, mediaId } = await core.playback.open(lesson);
      await server.close();
      for (let index = 0; index < watched; index++) {
        await core.progress.report({ sessionId: `sitting-${index}`, lessonId: lesson, timelineId, epoch, ranges: [[0, 100 + index]], watchedMs: 100 + index, positionMs: index });
        if (index % 4 === 0) await core.notes.save({ noteId: null, lessonId: lesson, timelineId, atMs: index, text: `Thought ${index}` });
      }
      await core.playback.close(mediaId);
    } finally {
      await core.dispose();
    }
    rmSync(join(folder, 'ledger-copy.db'), { force: true });
    openDatabases(folder).close();
  } finally {
    await server.close();
  }
}

function open(dataFolder: string, url = 'http://127.0.0.1:9'): Promise<Core> {
  return compose({
    ...{ dataFolder, nativeBinding: undefined, version: '0.0.0-test', env: {}, logger: silentLogger() },
    defaultServerUrl: () => url,
    vault: { kind: 'keychain', wrap: (secret) => Buffer.from(secret), unwrap: (wrapped) => Buffer.from(wrapped).toString() },
    settingsFile: createSettingsFile(dataFolder),
    mediaUrl: (path) => `app://teachify/media/${path}`,
  });
}

/** As the app does, a repair when it is needed included. Whether it was. Throws for what no student could act on. */
async function startAndLookAround(folder: string): Promise<boolean> {
  const saidDamaged = await visit(folder);
  if (!saidDamaged) return false;
  repairLedger(folder);
  if (await visit(folder)) throw new Error('Still damaged after the repair');
  return true;
}

/** Every screen once. Whether the ledger was said to be damaged. */
async function visit(folder: string): Promise<boolean> {
  let core: Core;
  try {
    core = await open(folder);
  } catch (error) {
    if (!isTeachifyError(error) || !refusals.has(error.code)) throw error;
    if (error.code !== 'database_damaged') throw new Error(`Refused with ${error.code}`, { cause: error });
    return true;
  }
  let isDamaged = false;
  const look = async (work: () => unknown) => {
    try {
      await work();
    } catch (error) {
      if (!isTeachifyError(error)) throw error;
      if (error.code === 'database_damaged' && error.details?.['database'] === 'ledger') isDamaged = true;
    }
  };
  try {
    const { accounts, catalog, downloads, leases, notes, playback, progress, settings, transcripts } = core;
    await look(() => accounts.askKeychain());
    await look(() => catalog.view());
    await look(() => downloads.list());
    await look(() => downloads.storage());
    await look(() => progress.lessons());
    await look(() => progress.outbox());
    await look(() => progress.export());
    await look(() => notes.list(lesson));
    await look(() => leases.ending());
    await look(() => transcripts.search('tea'));
    await look(async () => playback.close((await playback.open(lesson)).mediaId));
    await look(() => downloads.verify(lesson));
    await look(() => settings.set({ volume: 0.5 }));
    await look(() => notes.save({ noteId: null, lessonId: lesson, timelineId: 'another', atMs: 1, text: 'After the damage' }));
  } finally {
    await core.dispose();
  }
  return isDamaged;
}

/** What was watched and written, each by what names it. */
function belongings(folder: string): Set<string> {
  const { ledger, close } = openDatabases(folder);
  try {
    const column = (sql: string) => ledger.prepare(sql).pluck().all() as string[];
    return new Set([
      ...column("SELECT 'progress of ' || account || ' ' || timeline_id FROM progress"),
      ...column("SELECT kind || ' in ' || session_id || ': ' || body FROM outbox WHERE body NOT LIKE '%After the damage%'"),
      ...column("SELECT 'account ' || id FROM accounts"),
    ]);
  } finally {
    close();
  }
}

function anyDamage(): fc.Arbitrary<Damage> {
  const share = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
  const at = (bytes: Buffer, place: number) => Math.floor(bytes.length * place);
  return fc.oneof(
    fc.tuple(share, fc.nat(7)).map(([place, bit]): Damage => (bytes) => {
      const flipped = Buffer.from(bytes);
      if (flipped.length > 0) flipped.writeUInt8(flipped.readUInt8(at(bytes, place)) ^ (1 << bit), at(bytes, place));
      return flipped;
    }),
    share.map((place): Damage => (bytes) => bytes.subarray(0, at(bytes, place))),
    fc.tuple(share, fc.integer({ min: 1, max: 8192 })).map(([place, length]): Damage => (bytes) => {
      const zeroed = Buffer.from(bytes);
      return zeroed.fill(0, at(bytes, place), Math.min(bytes.length, at(bytes, place) + length));
    }),
    fc.tuple(share, fc.uint8Array({ minLength: 1, maxLength: 64 })).map(([place, noise]): Damage => (bytes) => Buffer.concat([bytes.subarray(0, at(bytes, place)), noise, bytes.subarray(at(bytes, place) + noise.length)])),
    fc.uint8Array({ maxLength: 4096 }).map((noise): Damage => (bytes) => Buffer.concat([bytes, noise])),
    fc.constant<Damage>(() => Buffer.from('<html><title>Log in</title></html>')),
    fc.constant<Damage>(() => Buffer.alloc(0)),
  );
}
