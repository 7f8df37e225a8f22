import type { IdleLock } from '../../core/accounts/idle-lock.ts';
import type { Accounts, Leases } from '../../core/accounts/ports.ts';
import type { Catalog } from '../../core/catalog/ports.ts';
import type { Downloads } from '../../core/downloads/ports.ts';
import type { Connectivity } from '../../core/net/ports.ts';
import type { Drafts, Notes } from '../../core/notes/ports.ts';
import type { ClearFile, Playback } from '../../core/playback/ports.ts';
import type { Progress } from '../../core/progress/ports.ts';
import type { SettingsStore } from '../../core/settings/ports.ts';
import type { Transcripts } from '../../core/transcripts/ports.ts';
import type { Settings, SettingsPatch } from '../../shared/models/settings.ts';
import { TeachifyError, type WireError } from '../../shared/errors.ts';
import type { ShellInfo } from '../../shared/contracts/shell.ts';
import type { DeepLink } from '../../shared/models/deep-link.ts';
import type { CallHandlers } from './router.ts';

/** What the shell itself answers. */
export interface Shell {
  info(startupProblem: WireError | null): ShellInfo;
  showFolder(folder: 'data' | 'logs'): Promise<void>;
  /** Asks the student; null when there was no answer. */
  chooseFolder(): Promise<string | null>;
  repairDatabase(): Promise<void>;
  setFullScreen(on: boolean): void;
  keepAwake(on: boolean): void;
  takeLink(): DeepLink | null;
  /** The text of a file that the student chose; null when the student thought better of it. Throws disk_denied, not_our_file. */
  openFile(extension: string): Promise<string | null>;
  /** Asks where to, and writes unless `stays` throws then; false when the student thought better of it. */
  saveFile(file: { readonly fileName: string; readonly text: string }, stays: () => void): Promise<boolean>;
  /** Asks where to, and writes unless `stays` throws then; an id for `showCopy`, null when the student thought better of it. Throws not_saved. */
  saveCopy(file: ClearFile, stays: () => void): Promise<string | null>;
  /** In the system's own file browser. Throws not_found. */
  showCopy(copyId: string): void;
}

export interface Domains {
  readonly accounts: Accounts;
  readonly catalog: Catalog;
  readonly connectivity: Connectivity;
  readonly downloads: Downloads;
  readonly idleLock: Pick<IdleLock, 'active'>;
  readonly leases: Pick<Leases, 'ending' | 'changed'>;
  readonly drafts: Drafts;
  readonly notes: Notes;
  readonly playback: Playback;
  readonly progress: Progress;
  readonly settings: SettingsStore;
  readonly transcripts: Transcripts;
}

export function createHandlers({ accounts, catalog, connectivity, downloads, drafts, idleLock, leases, notes, playback, progress, settings, transcripts }: Domains, shell: Shell): CallHandlers {
  return {
    'accounts.state': () => accounts.state(),
    'accounts.checkServer': ({ serverUrl, unencrypted = false }) => accounts.checkServer(serverUrl, { unencrypted }),
    'accounts.signIn': ({ email, password, again }) => accounts.signIn(email, password, again),
    'accounts.signInByBrowser': ({ again, backPage }) => accounts.signInByBrowser(backPage, again),
    'accounts.stopBrowserSignIn': () => accounts.stopBrowserSignIn(),
    'accounts.signOut': () => accounts.signOut(),
    'accounts.choose': ({ accountId, pin }) => accounts.choose(accountId, pin),
    'accounts.setPin': ({ pin, proof }) => accounts.setPin(pin, proof),
    'accounts.lock': () => accounts.lock(),
    'accounts.stepAside': () => accounts.stepAside(),
    'accounts.active': () => idleLock.active(),
    'catalog.view': () => catalog.view(),
    'catalog.refresh': async () => void (await catalog.refresh()),
    'catalog.lesson': async ({ lessonId }) => {
      const { courses } = await catalog.view();
      const lesson = courses.flatMap(({ lessons }) => lessons).find(({ id }) => id === lessonId);
      if (!lesson) throw new TeachifyError('not_found', 'This lesson is not in your courses');
      return lesson;
    },
    'connection.state': () => connectivity.state(),
    'connection.probe': () => connectivity.probe(),
    'downloads.list': () => downloads.list(),
    'downloads.add': ({ lessonIds, quality }) => downloads.add(lessonIds, quality),
    'downloads.pause': ({ lessonId }) => downloads.pause(lessonId),
    'downloads.resume': ({ lessonId }) => downloads.resume(lessonId),
    'downloads.plan': ({ lessonIds, quality }) => downloads.plan(lessonIds, quality),
    'downloads.move': ({ lessonId, position }) => downloads.move(lessonId, position),
    'downloads.remove': ({ lessonId, of }) => downloads.remove([lessonId], of),
    'downloads.removeMany': ({ lessonIds, of }) => downloads.remove(lessonIds, of),
    'downloads.removeWatched': () => downloads.removeWatched(),
    'downloads.moveFolder': async () => {
      const stays = seatOf(accounts);
      const folder = await shell.chooseFolder();
      stays();
      if (folder !== null) await downloads.moveFolder(folder);
      return { moved: folder !== null };
    },
    'downloads.cancelMove': () => downloads.cancelMove(),
    'downloads.pauseAll': () => downloads.pauseAll(),
    'downloads.resumeAll': () => downloads.resumeAll(),
    'downloads.storage': () => downloads.storage(),
    'downloads.verify': async ({ lessonId }) => ({ badPieces: await downloads.verify(lessonId) }),
    'leases.ending': () => leases.ending(),
    'notes.list': ({ lessonId }) => notes.list(lessonId),
    'notes.save': (note) => notes.save(note),
    'notes.remove': ({ noteId }) => notes.remove(noteId),
    'notes.drafts': ({ of }) => (accounts.current()?.accountId === of ? drafts.list(of) : []),
    'notes.keepDraft': ({ of, draft, ...place }) => (draft === null ? drafts.drop(of, place) : drafts.keep(of, place, draft)),
    'notes.export': async ({ lessonId }) => {
      const stays = seatOf(accounts);
      return { saved: await shell.saveFile(await notes.markdown(lessonId), stays) };
    },
    'playback.open': async ({ lessonId }) => {
      const source = await playback.open(lessonId);
      // The page is not told of it, and could not close it.
      if (accounts.closed()) await playback.close(source.mediaId);
      return source;
    },
    'playback.close': ({ mediaId }) => playback.close(mediaId),
    'playback.availability': ({ mediaId }) => playback.availability(mediaId),
    'playback.saveAttachment': async ({ mediaId, attachmentId }) => {
      const stays = seatOf(accounts);
      return { copyId: await shell.saveCopy(await playback.attachment(mediaId, attachmentId), stays) };
    },
    'playback.showCopy': ({ copyId }) => shell.showCopy(copyId),
    'playback.verify': async ({ mediaId }) => ({ badPieces: await playback.verify(mediaId) }),
    'playback.retry': ({ mediaId }) => playback.retry(mediaId),
    'playback.bandwidth': () => playback.bandwidth(),
    'progress.report': async (snapshot) => {
      // Who watches is there, without touching anything.
      idleLock.active();
      await progress.report(snapshot);
    },
    'progress.lessons': () => progress.lessons(),
    'progress.startAnew': async ({ timelineId, of }) => {
      const shown = await progress.startAnew(timelineId, of);
      return accounts.closed() || accounts.current()?.accountId !== of ? null : shown;
    },
    'progress.outbox': () => progress.outbox(),
    'progress.sendNow': () => progress.sync(),
    'progress.export': async () => {
      const stays = seatOf(accounts);
      return { saved: await shell.saveFile(await progress.export(), stays) };
    },
    'progress.handIn': async () => {
      const stays = seatOf(accounts);
      const text = await shell.openFile('json');
      stays();
      if (text === null) return { receipt: null };
      return { receipt: (await progress.handIn(text)).receipt };
    },
    'settings.get': () => settings.get(),
    // The schema's optional fields may be undefined; a patch names only what changes.
    'settings.set': (patch) => settings.set(Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) as SettingsPatch),
    'transcripts.search': ({ words }) => transcripts.search(words),
    ...shellHandlers(shell, null),
  };
}

/** Throws locked once who was here now is not any more, or the lock has fallen: the system's own dialogs stand before it. */
function seatOf(accounts: Pick<Accounts, 'current' | 'closed'>): () => void {
  const here = accounts.current()?.accountId;
  return () => {
    if (accounts.closed() || accounts.current()?.accountId !== here) throw new TeachifyError('locked', 'Who asked for it is not here any more');
  };
}

/** When the app could not start as it should, only the shell answers; everything else says why. */
export function createStartupHandlers(shell: Shell, problem: WireError, names: readonly string[], settings: Settings): CallHandlers {
  const refuse = () => {
    throw TeachifyError.fromWire(problem);
  };
  const refused = Object.fromEntries(names.map((name) => [name, refuse]));
  return { ...refused, 'settings.get': () => settings, ...shellHandlers(shell, problem) } as unknown as CallHandlers;
}

function shellHandlers(shell: Shell, problem: WireError | null) {
  return {
    'shell.info': () => shell.info(problem),
    'shell.showFolder': ({ folder }: { folder: 'data' | 'logs' }) => shell.showFolder(folder),
    'shell.repairDatabase': () => shell.repairDatabase(),
    'shell.setFullScreen': ({ on }: { on: boolean }) => shell.setFullScreen(on),
    'shell.keepAwake': ({ on }: { on: boolean }) => shell.keepAwake(on),
    'shell.takeLink': () => ({ link: shell.takeLink() }),
  };
}
