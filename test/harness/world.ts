import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ElectronApplication, Page } from '@playwright/test';
import type { Availability, PlaybackSource } from '../../src/shared/contracts/playback.ts';
import type { LessonProgress } from '../../src/shared/contracts/progress.ts';
import { unionRanges, type TimeRange } from '../../src/shared/models/ranges.ts';
import { launchApp } from './app.ts';
import { askApp } from './ask-app.ts';
import { startCourseServer, type CourseServer } from './course-server.ts';
import { encodedDemoSchool } from './demo-school.ts';
import { openKeyring } from './keyring.ts';
import { openLine, type Line } from './line.ts';
import { studentAt, type Student } from './student.ts';

/** A student before the running app. */
export interface Desk {
  readonly app: ElectronApplication;
  readonly page: Page;
  readonly student: Student;
  /** SIGKILL, as a power cut. */
  kill(): Promise<void>;
  /** Quits as a student does. */
  close(): Promise<void>;
  /** What the app itself shows of a lesson's progress. */
  progress(lessonId: string): Promise<LessonProgress | undefined>;
  /** What of a lesson plays without the line, at whatever quality. */
  availableRanges(lessonId: string): Promise<TimeRange[]>;
}

/** A computer of its own: a data folder that outlives the app. */
export interface Seat {
  readonly folder: string;
  /** Starts the app. */
  sitDown(): Promise<Desk>;
}

/** A school, the line to it, and computers at the end of that line. */
export interface World {
  readonly server: CourseServer;
  readonly line: Line;
  seat(name: string): Promise<Seat>;
  /** Starts the app on a data folder that others made. */
  sitDownAt(dataFolder: string): Promise<Desk>;
  /** Ends every app that still runs, the line and the school. */
  close(): Promise<void>;
}

interface Options {
  /** Folder of an encoded school; the demo school when left out. */
  readonly school?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** False for computers without a keychain. */
  readonly keyring?: boolean;
  /** Flags and arguments for every app. */
  readonly args?: readonly string[];
}

export async function openWorld({ school = encodedDemoSchool(), env = {}, args = [], keyring: wantsKeyring = true }: Options = {}): Promise<World> {
  const server = await startCourseServer({ school });
  const line = await openLine({ target: server.url });
  const keyring = wantsKeyring ? await openKeyring() : null;
  const folders: string[] = [];
  const running = new Set<() => Promise<void>>();

  const sitDown = async (dataFolder: string): Promise<Desk> => {
    const { app, window, kill, close } = await launchApp({
      ...{ dataFolder, serverUrl: line.url },
      env: { ...keyring?.env, ...env },
      args: [...(keyring?.flags ?? []), ...args],
    });
    running.add(kill);
    const leave = async (way: () => Promise<void>) => {
      await way();
      running.delete(kill);
    };
    return {
      ...{ app, page: window, student: studentAt(window) },
      kill: () => leave(kill),
      close: () => leave(close),
      progress: async (lessonId) => (await askApp<LessonProgress[]>(window, 'progress.lessons')).find((own) => own.lessonId === lessonId),
      availableRanges: async (lessonId) => {
        const { mediaId } = await askApp<PlaybackSource>(window, 'playback.open', { lessonId });
        const { renditions } = await askApp<Availability>(window, 'playback.availability', { mediaId });
        await askApp(window, 'playback.close', { mediaId });
        return unionRanges(...renditions.map(({ ranges }) => ranges));
      },
    };
  };

  return {
    ...{ server, line, sitDownAt: sitDown },
    seat: async (name) => {
      const folder = await mkdtemp(join(tmpdir(), `teachify-${name}-`));
      folders.push(folder);
      return { folder, sitDown: () => sitDown(folder) };
    },
    close: async () => {
      for (const kill of running) await kill();
      await line.close();
      await server.close();
      await keyring?.close();
      for (const folder of folders) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
