import { ipcMain, type BrowserWindow, type IpcMainInvokeEvent } from 'electron';
import type { EventName, EventPayload } from '../../shared/contracts/bridge.ts';
import { callChannel, eventChannel } from '../../shared/contracts/channels.ts';
import type { Outcome } from '../../shared/contracts/contract.ts';
import { appOrigin } from '../platform/app-protocol.ts';

export interface Question {
  /** Only the main frame of our own page may call. */
  readonly isOurs: boolean;
  readonly name: unknown;
  readonly input: unknown;
}

/** Answers a call by its name, or says why not; never throws. */
export type Router = (question: Question) => Promise<Outcome<unknown>>;

/** Takes every call of the page from now on; one that comes before the router is there waits for it. Needs none of the schemas, which take long to load. */
export function takeCalls(router: () => Promise<Router>): void {
  ipcMain.handle(callChannel, async (event, name: unknown, input: unknown) => {
    const isOurs = isOurPage(event);
    return (await router())({ isOurs, name, input });
  });
}

function isOurPage({ senderFrame }: IpcMainInvokeEvent): boolean {
  return senderFrame !== null && senderFrame.parent === null && new URL(senderFrame.url).origin === new URL(appOrigin).origin && senderFrame.url.startsWith(`${appOrigin}/`);
}

export type Announce = <Name extends EventName>(name: Name, payload: EventPayload<Name>) => void;

/** Announces an event to the window, if it is still there. */
export function announcer(window: () => BrowserWindow | null): Announce {
  return (name, payload) => {
    const target = window();
    if (target && !target.isDestroyed() && !target.webContents.isDestroyed()) target.webContents.send(eventChannel(name), payload);
  };
}
