import type { Accounts } from '../../core/accounts/ports.ts';
import type { Catalog } from '../../core/catalog/ports.ts';
import type { Downloads } from '../../core/downloads/ports.ts';
import type { Connectivity } from '../../core/net/ports.ts';
import type { Notes } from '../../core/notes/ports.ts';
import type { Playback } from '../../core/playback/ports.ts';
import type { Progress } from '../../core/progress/ports.ts';
import type { SettingsStore } from '../../core/settings/ports.ts';
import type { Transcripts } from '../../core/transcripts/ports.ts';
import { defaultSettings, type SettingsPatch } from '../../shared/models/settings.ts';
import { TeachifyError } from '../../shared/errors.ts';
import type { ShellInfo } from '../../shared/contracts/shell.ts';
import type { CallHandlers } from './router.ts';

/** What the shell itself answers. */
export interface Shell {
  info(): ShellInfo;
  showFolder(folder: 'data' | 'logs'): Promise<void>;
  /** Asks the student; null when there was no answer. */
  chooseFolder(): Promise<string | null>;
  repairDatabase(): Promise<void>;
  setFullScreen(on: boolean): void;
  keepAwake(on: boolean): void;
  /** Asks where to, and writes; false when the student thought better of it. */
  saveFile(file: { readonly fileName: string; readonly text: string }): Promise<boolean>;
}

export interface Domains {
  readonly accounts: Accounts;
  readonly catalog: Catalog;
  readonly connectivity: Connectivity;
  readonly downloads: Downloads;
  readonly notes: Notes;
  readonly playback: Playback;
  readonly progress: Progress;
  readonly settings: SettingsStore;
  readonly transcripts: Transcripts;
}

export function createHandlers({ accounts, catalog, connectivity, downloads, notes, playback, progress, settings, transcripts }: Domains, shell: Shell): CallHandlers {
  return {
    'accounts.state': () => accounts.state(),
    'accounts.checkServer': ({ serverUrl }) => accounts.checkServer(serverUrl),
    'accounts.signIn': ({ email, password }) => accounts.signIn(email, password),
    'accounts.signOut': () => accounts.signOut(),
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
    'downloads.remove': ({ lessonId }) => downloads.remove([lessonId]),
    'downloads.removeMany': ({ lessonIds }) => downloads.remove(lessonIds),
    'downloads.removeWatched': () => downloads.removeWatched(),
    'downloads.moveFolder': async () => {
      const folder = await shell.chooseFolder();
      if (folder !== null) await downloads.moveFolder(folder);
      return { moved: folder !== null };
    },
    'downloads.cancelMove': () => downloads.cancelMove(),
    'downloads.pauseAll': () => downloads.pauseAll(),
    'downloads.resumeAll': () => downloads.resumeAll(),
    'downloads.storage': () => downloads.storage(),
    'downloads.verify': async ({ lessonId }) => ({ badPieces: await downloads.verify(lessonId) }),
    'notes.list': ({ lessonId }) => notes.list(lessonId),
    'notes.save': (note) => notes.save(note),
    'notes.remove': ({ noteId }) => notes.remove(noteId),
    'notes.export': async ({ lessonId }) => ({ saved: await shell.saveFile(await notes.markdown(lessonId)) }),
    'playback.open': ({ lessonId }) => playback.open(lessonId),
    'playback.close': ({ mediaId }) => playback.close(mediaId),
    'playback.availability': ({ mediaId }) => playback.availability(mediaId),
    'playback.bandwidth': () => playback.bandwidth(),
    'progress.report': (snapshot) => progress.report(snapshot),
    'progress.lessons': () => progress.lessons(),
    'progress.outbox': () => progress.outbox(),
    'progress.sendNow': () => progress.sync(),
    'settings.get': () => settings.get(),
    // The schema's optional fields may be undefined; a patch names only what changes.
    'settings.set': (patch) => settings.set(Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) as SettingsPatch),
    'transcripts.search': ({ words }) => transcripts.search(words),
    ...shellHandlers(shell),
  };
}

/** When the app could not start as it should, only the shell answers; everything else says why. */
export function createStartupHandlers(shell: Shell, names: readonly string[]): CallHandlers {
  const { startupProblem } = shell.info();
  const refuse = () => {
    throw startupProblem ? TeachifyError.fromWire(startupProblem) : new TeachifyError('internal', 'The app has not started');
  };
  const refused = Object.fromEntries(names.map((name) => [name, refuse]));
  return { ...refused, 'settings.get': () => defaultSettings, ...shellHandlers(shell) } as unknown as CallHandlers;
}

function shellHandlers(shell: Shell) {
  return {
    'shell.info': () => shell.info(),
    'shell.showFolder': ({ folder }: { folder: 'data' | 'logs' }) => shell.showFolder(folder),
    'shell.repairDatabase': () => shell.repairDatabase(),
    'shell.setFullScreen': ({ on }: { on: boolean }) => shell.setFullScreen(on),
    'shell.keepAwake': ({ on }: { on: boolean }) => shell.keepAwake(on),
  };
}
