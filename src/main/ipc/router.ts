import type { z } from 'zod';
import { callsWhileClosed } from '../../shared/contracts/accounts.ts';
import { calls, type CallName } from '../../shared/contracts/bridge.ts';
import { TeachifyError } from '../../shared/errors.ts';
import type { Logger } from '../../core/base/logger.ts';
import type { Router } from './channel.ts';

/** A function for every call of the bridge; the compiler misses none. */
export type CallHandlers = {
  readonly [Name in CallName]: (
    input: z.output<(typeof calls)[Name]['input']>,
  ) => Promise<z.input<(typeof calls)[Name]['output']>> | z.input<(typeof calls)[Name]['output']>;
};

/** They end a student's stay themselves, and what they answer says nothing that the lock screen does not know. */
const calledToTheLast: ReadonlySet<CallName> = new Set(['accounts.signOut', 'accounts.setPin', 'settings.set']);

/** Who asks is checked before anything else, then whether there is such a call, whether anybody may, and what is asked; what took its time, before it is answered once more. */
export function createRouter(handlers: CallHandlers, { logger, isClosed }: { readonly logger: Logger; readonly isClosed: () => boolean }): Router {
  return async ({ isOurs, name, input }) => {
    try {
      if (!isOurs) throw new TeachifyError('forbidden', 'This page may not call the app');
      if (!isCall(name)) throw new TeachifyError('bad_request', 'There is no such call');
      if (!callsWhileClosed.has(name) && isClosed()) throw new TeachifyError('locked', 'Nobody may see anything now');
      const parsed = calls[name].input.safeParse(input);
      if (!parsed.success) throw new TeachifyError('bad_request', `Bad arguments for ${name}: ${parsed.error.issues[0]?.message ?? ''}`);
      const value = await (handlers[name] as (input: unknown) => unknown)(parsed.data);
      const tells = value !== undefined && !callsWhileClosed.has(name) && !calledToTheLast.has(name);
      if (tells && isClosed()) throw new TeachifyError('locked', 'The lock fell meanwhile');
      return { ok: true, value };
    } catch (error) {
      return { ok: false, error: expected(error, name, logger).toWire() };
    }
  };
}

function isCall(name: unknown): name is CallName {
  return typeof name === 'string' && Object.hasOwn(calls, name);
}

/** Expected failures cross as they are; a bug is logged whole and crosses as `internal`. */
function expected(error: unknown, name: unknown, logger: Logger): TeachifyError {
  if (error instanceof TeachifyError) return error;
  logger.error('a call failed unexpectedly', { call: name, error });
  return new TeachifyError('internal', 'Something went wrong inside the app');
}
