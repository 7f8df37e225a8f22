import { ipcMain, type BrowserWindow, type IpcMainInvokeEvent } from 'electron';
import type { z } from 'zod';
import { calls, events, type CallName, type EventName, type EventPayload } from '../../shared/contracts/bridge.ts';
import { callChannel, eventChannel } from '../../shared/contracts/channels.ts';
import type { Outcome } from '../../shared/contracts/contract.ts';
import { TeachifyError } from '../../shared/errors.ts';
import type { Logger } from '../../core/base/logger.ts';
import { appOrigin } from '../platform/app-protocol.ts';

/** A function for every call of the bridge; the compiler misses none. */
export type CallHandlers = {
  readonly [Name in CallName]: (
    input: z.output<(typeof calls)[Name]['input']>,
  ) => Promise<z.input<(typeof calls)[Name]['output']>> | z.input<(typeof calls)[Name]['output']>;
};

/** Registers every call. Who asks is checked before anything else, then what is asked. Gives back the removal. */
export function answerCalls(handlers: CallHandlers, logger: Logger): () => void {
  const names = Object.keys(calls) as CallName[];
  for (const name of names) {
    ipcMain.handle(callChannel(name), async (event, input: unknown): Promise<Outcome<unknown>> => {
      try {
        requireOurPage(event);
        const parsed = calls[name].input.safeParse(input);
        if (!parsed.success) throw new TeachifyError('bad_request', `Bad arguments for ${name}: ${parsed.error.issues[0]?.message ?? ''}`);
        return { ok: true, value: await (handlers[name] as (input: unknown) => unknown)(parsed.data) };
      } catch (error) {
        return { ok: false, error: expected(error, name, logger).toWire() };
      }
    });
  }
  return () => names.forEach((name) => ipcMain.removeHandler(callChannel(name)));
}

/** Announces an event to the window, if it is still there. */
export function announcer(window: () => BrowserWindow | null) {
  return <Name extends EventName>(name: Name, payload: EventPayload<Name>): void => {
    if (!(name in events)) return;
    const target = window();
    if (target && !target.isDestroyed() && !target.webContents.isDestroyed()) target.webContents.send(eventChannel(name), payload);
  };
}

/** Only the main frame of our own page may call. */
function requireOurPage({ senderFrame }: IpcMainInvokeEvent): void {
  const isOurs = senderFrame !== null && senderFrame.parent === null && new URL(senderFrame.url).origin === new URL(appOrigin).origin && senderFrame.url.startsWith(`${appOrigin}/`);
  if (!isOurs) throw new TeachifyError('forbidden', 'This page may not call the app');
}

/** Expected failures cross as they are; a bug is logged whole and crosses as `internal`. */
function expected(error: unknown, name: string, logger: Logger): TeachifyError {
  if (error instanceof TeachifyError) return error;
  logger.error('a call failed unexpectedly', { call: name, error });
  return new TeachifyError('internal', 'Something went wrong inside the app');
}
