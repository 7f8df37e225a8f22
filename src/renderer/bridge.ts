import type { Bridge, CallInput, CallName, CallOutput, EventName, EventPayload } from '../shared/contracts/bridge.ts';
import { TeachifyError } from '../shared/errors.ts';

declare global {
  interface Window {
    readonly teachify: Bridge;
  }
}

/** A call without input takes none. */
type Arguments<Name extends CallName> = CallInput<Name> extends undefined ? [] : [input: CallInput<Name>];

/** The bridge as the renderer likes it: expected failures are thrown as TeachifyError, and calls without input take none. */
export interface Remote {
  call<Name extends CallName>(name: Name, ...input: Arguments<Name>): Promise<CallOutput<Name>>;
  on<Name extends EventName>(name: Name, listener: (payload: EventPayload<Name>) => void): () => void;
}

export function createRemote(bridge: Bridge): Remote {
  return {
    async call<Name extends CallName>(name: Name, ...input: Arguments<Name>) {
      const outcome = await bridge.call(name, input[0] as CallInput<Name>);
      if (outcome.ok) return outcome.value;
      throw TeachifyError.fromWire(outcome.error);
    },
    on: (name, listener) => bridge.on(name, listener),
  };
}
