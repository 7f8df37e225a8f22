import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import type { Core } from '../../src/core/compose.ts';
import type { DownloadItem } from '../../src/shared/contracts/downloads.ts';
import { openCoreAtSchool } from './core-at-school.ts';
import { openLine, type Line } from './line.ts';
import { startSchoolServer, type SchoolServer } from './school-server.ts';
import { temporaryFolder } from './temporary-folder.ts';
import type { people } from './tiny-school.ts';

type Who = keyof typeof people;

/** A student's computer at the end of a line; what it has is another in each test. */
interface Seat {
  readonly server: SchoolServer;
  readonly line: Line;
  readonly data: string;
  readonly core: Core;
  /** Ends the core; what lies in the data folder can be looked at and changed. */
  leave(): Promise<void>;
  /** Starts a core on what there is, having ended the one before. */
  sitDown(who?: Who): Promise<void>;
  /** At another computer, which has nothing yet. */
  sitDownElsewhere(): Promise<void>;
  item(lessonId: string): Promise<DownloadItem | undefined>;
  becomes(lessonId: string, state: DownloadItem['state']): Promise<void>;
  takeHome(lessonId: string, quality?: string): Promise<void>;
}

/** One school for all tests of a file; each has a line to it, an empty data folder and a core of its own. */
export function seatAtSchool(): Seat {
  const now: { server?: SchoolServer; line?: Line; data?: string; core?: Core } = {};
  const there = <Name extends keyof typeof now>(name: Name) => {
    const one = now[name];
    if (one === undefined) throw new Error(`The ${name} is there from the beginning of a test on`);
    return one;
  };
  const leave = async () => {
    const { core } = now;
    delete now.core;
    await core?.dispose();
  };
  const sitDown = async (who: Who = 'both') => {
    await leave();
    now.core = await openCoreAtSchool({ data: there('data'), url: there('line').url, who });
  };
  beforeAll(async () => {
    now.server = await startSchoolServer();
  });
  afterAll(() => now.server?.close());
  beforeEach(async () => {
    // Signing in is limited by the minute.
    await there('server').restart();
    now.line = await openLine({ target: there('server').url });
    now.data = temporaryFolder();
    await sitDown();
    return async () => {
      await leave();
      await there('line').close();
    };
  });
  const item = async (lessonId: string) => (await there('core').downloads.list()).find((one) => one.lessonId === lessonId);
  const becomes = async (lessonId: string, state: DownloadItem['state']) => {
    await expect.poll(async () => (await item(lessonId))?.state).toBe(state);
  };
  return {
    get server() {
      return there('server');
    },
    get line() {
      return there('line');
    },
    get data() {
      return there('data');
    },
    get core() {
      return there('core');
    },
    ...{ leave, sitDown, item },
    sitDownElsewhere: async () => {
      await leave();
      now.data = temporaryFolder();
      await sitDown();
    },
    becomes,
    takeHome: async (lessonId, quality = '480p') => {
      await there('core').downloads.add([lessonId], quality);
      await becomes(lessonId, 'ready');
    },
  };
}
