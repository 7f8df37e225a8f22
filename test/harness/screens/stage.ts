import { _electron, type ElectronApplication, type Page } from '@playwright/test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { electronExecutable } from '../../../build/setup/electron.mjs';
import { cacheFolder } from '../../../build/setup/cache-folder.mjs';
import { calls, events, type CallName, type EventName } from '../../../src/shared/contracts/bridge.ts';
import type { Answers } from '../fixture-bridge.ts';
import { lessonMedia } from './media.ts';

const here = import.meta.dirname;

interface StageState {
  answers: Answers;
  absent: string[];
  gone: string[];
  slow: string[];
  damaged: string[];
  calls: { name: CallName; input: unknown }[];
  /** How many of them never get an answer. */
  unanswered: number;
  /** Counts what was shown from its start: who calls in an earlier one is not heard. */
  opening: number;
  /** Counts what was announced. */
  said: number;
}

/** The built renderer in a real window, with a table of answers in place of the shell. */
export interface Stage {
  /** The stand-in for main behind the window. */
  readonly app: ElectronApplication;
  readonly page: Page;
  /** Shows the app from its start with these answers. */
  readonly show: (answers: Answers, options?: { absent?: readonly string[] }) => Promise<void>;
  /** Announces something, as main would, and waits until the page has been told. */
  readonly announce: <Name extends EventName>(name: Name, payload: (typeof events)[Name]['_zod']['input']) => Promise<void>;
  /** Replaces answers without starting anew. */
  readonly answer: (answers: Answers) => Promise<void>;
  /** From now on the media handler says "not now" to paths that contain one of these. */
  readonly setAbsent: (parts: readonly string[]) => Promise<void>;
  /** From now on they are gone for good (404). */
  readonly setGone: (parts: readonly string[]) => Promise<void>;
  /** As long as they are named, they do not come. */
  readonly setSlow: (parts: readonly string[]) => Promise<void>;
  /** From now on they come as noise in whole boxes. */
  readonly setDamaged: (parts: readonly string[]) => Promise<void>;
  /** What the page has called since it was shown, with all that it calls up to now. */
  readonly calls: () => Promise<StageState['calls']>;
  /** Once everything that was asked for has been answered and drawn. */
  readonly quiet: () => Promise<void>;
  readonly resize: (width: number, height: number, zoom?: number) => Promise<void>;
  /** The window as it is, as a PNG. (Playwright's own screenshots know nothing of a window's zoom.) */
  readonly picture: () => Promise<Buffer>;
  /** What the content security policy stopped and what was thrown, since the start. */
  readonly troubles: readonly string[];
  readonly close: () => Promise<void>;
}

export async function openStage(): Promise<Stage> {
  const media = await lessonMedia(cacheFolder('screens'));
  const data = await mkdtemp(join(tmpdir(), 'teachify-screens-'));
  const app = await _electron.launch({
    executablePath: electronExecutable().executable,
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-gpu',
      '--force-prefers-reduced-motion',
      `--user-data-dir=${data}`,
      join(here, 'main.mjs'),
    ],
    env: {
      ...stringsOf(process.env),
      SCREENS_RENDERER: process.env['SCREENS_RENDERER'] ?? join(here, '../../../out/renderer'),
      SCREENS_MEDIA: media,
      SCREENS_PRELOAD: join(here, 'preload.cjs'),
    },
  });
  const page = await app.firstWindow();
  const troubles: string[] = [];
  let openings = 0;
  page.on('pageerror', (error) => troubles.push(`thrown: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of (503|404)/.test(message.text())) troubles.push(`console: ${message.text()}`);
  });
  return {
    app,
    page,
    troubles,
    show: async (answers, { absent = [] } = {}) => {
      await change(app, { answers, absent: [...absent], gone: [], slow: [], damaged: [], calls: [], unanswered: 0, opening: (openings += 1) });
      await page.goto('app://teachify/index.html');
      await page.waitForFunction(() => document.fonts.status === 'loaded');
    },
    answer: (answers) =>
      app.evaluate((_electron, added) => {
        const state = (globalThis as unknown as { screens: StageState }).screens;
        state.answers = { ...state.answers, ...added };
      }, answers),
    announce: async (name, payload) => {
      const nth = await app.evaluate(
        ({ BrowserWindow }, event) => {
          const { screens } = globalThis as unknown as { screens: StageState };
          screens.said += 1;
          for (const { webContents } of BrowserWindow.getAllWindows()) {
            webContents.send(`screens:event:${event.name}`, event.payload);
            webContents.send('screens:said', screens.said);
          }
          return screens.said;
        },
        { name, payload: events[name].parse(payload) },
      );
      await page.waitForFunction((said) => (window as unknown as { heardUpTo: () => number }).heardUpTo() >= said, nth);
    },
    setAbsent: (absent) =>
      app.evaluate((_electron, parts) => {
        (globalThis as unknown as { screens: StageState }).screens.absent = parts;
      }, [...absent]),
    setGone: (gone) =>
      app.evaluate((_electron, parts) => {
        (globalThis as unknown as { screens: StageState }).screens.gone = parts;
      }, [...gone]),
    setSlow: (slow) =>
      app.evaluate((_electron, parts) => {
        (globalThis as unknown as { screens: StageState }).screens.slow = parts;
      }, [...slow]),
    setDamaged: (damaged) =>
      app.evaluate((_electron, parts) => {
        (globalThis as unknown as { screens: StageState }).screens.damaged = parts;
      }, [...damaged]),
    calls: async () => {
      await page.evaluate(() => (window as unknown as { reachMain: () => Promise<void> }).reachMain());
      const called = await app.evaluate(() => (globalThis as unknown as { screens: StageState }).screens.calls);
      // Main would refuse what does not fit, and so the test fails.
      for (const { name, input } of called) calls[name].input.parse(input);
      return called;
    },
    quiet: async () => {
      for (let before = -1, quietRounds = 0; quietRounds < 2; ) {
        const underWay = await page.evaluate(async () => {
          await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
          return (window as unknown as { callsUnderWay: () => number }).callsUnderWay();
        });
        const { calls, unanswered } = await app.evaluate(() => {
          const { screens } = globalThis as unknown as { screens: StageState };
          return { calls: screens.calls.length, unanswered: screens.unanswered };
        });
        quietRounds = underWay === unanswered && calls === before ? quietRounds + 1 : 0;
        before = calls;
      }
    },
    resize: (width, height, zoom = 1) =>
      app.evaluate(
        ({ BrowserWindow }, size) => {
          const window = BrowserWindow.getAllWindows()[0];
          window?.setContentSize(size.width, size.height);
          window?.webContents.setZoomFactor(size.zoom);
        },
        { width, height, zoom },
      ),
    picture: async () => {
      // What is captured is the last frame drawn, which may be older than what was waited for. A mark tells which it is.
      await page.evaluate(showMark, mark);
      await pictureWhere(app, true);
      await page.evaluate(removeMark, mark.id);
      return pictureWhere(app, false);
    },
    close: async () => {
      await app.close();
      await rm(data, { recursive: true, force: true });
    },
  };
}

const mark = { id: 'drawn-mark', size: 6, colour: { red: 255, green: 0, blue: 254 } };

function showMark({ id, size, colour: { red, green, blue } }: typeof mark): void {
  const element = document.createElement('div');
  element.id = id;
  element.setAttribute('popover', 'manual');
  const style = { position: 'fixed', inset: 'auto 0 0 auto', width: `${size}px`, height: `${size}px`, margin: '0', border: '0', padding: '0', background: `rgb(${red} ${green} ${blue})` };
  Object.assign(element.style, style);
  document.body.append(element);
  // Above whatever is open.
  element.showPopover();
}

function removeMark(id: string): void {
  document.getElementById(id)?.remove();
}

/** The first picture with the mark in its last corner, or the first without it. */
async function pictureWhere(app: ElectronApplication, marked: boolean): Promise<Buffer> {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    const png = await app.evaluate(
      async ({ BrowserWindow }, wanted) => {
        const image = await BrowserWindow.getAllWindows()[0]?.webContents.capturePage();
        if (!image || image.isEmpty()) return null;
        const { width, height } = image.getSize();
        // Electron's bitmaps are BGRA where the machine is little-endian.
        const [blue = 0, green = 0, red = 0] = image.crop({ x: width - 2, y: height - 2, width: 1, height: 1 }).toBitmap();
        const off = Math.abs(blue - wanted.blue) + Math.abs(green - wanted.green) + Math.abs(red - wanted.red);
        if (off < 12 !== wanted.marked) return null;
        // Nobody looks at the marked one.
        return wanted.marked ? '' : image.toPNG().toString('base64');
      },
      { ...mark.colour, marked },
    );
    if (png !== null) return Buffer.from(png, 'base64');
  }
  throw new Error(`The window drew no frame ${marked ? 'with' : 'without'} the mark within half a minute`);
}

function change(app: ElectronApplication, state: Omit<StageState, 'said'>): Promise<void> {
  return app.evaluate((_electron, next) => {
    Object.assign((globalThis as unknown as { screens: StageState }).screens, next);
  }, state);
}

function stringsOf(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
