import type { Remote } from '../../../src/renderer/bridge.ts';
import type { CallName, EventName } from '../../../src/shared/contracts/bridge.ts';

/** A bridge whose answers the test gives and whose events the test announces. */
export interface FakeRemote extends Remote {
  readonly calls: { name: CallName; input: unknown }[];
  announce(name: EventName, payload: unknown): void;
}

export function createFakeRemote(answers: Partial<Record<CallName, (input: unknown) => unknown>>): FakeRemote {
  const listeners = new Map<EventName, Set<(payload: unknown) => void>>();
  const calls: FakeRemote['calls'] = [];
  return {
    calls,
    call: (async (name: CallName, input: unknown) => {
      calls.push({ name, input });
      return answers[name]?.(input);
    }) as Remote['call'],
    on: ((name: EventName, listener: (payload: unknown) => void) => {
      const heard = listeners.get(name) ?? new Set();
      listeners.set(name, heard.add(listener));
      return () => heard.delete(listener);
    }) as Remote['on'],
    announce: (name, payload) => listeners.get(name)?.forEach((listener) => listener(payload)),
  };
}

/** Lets everything that is already settled run. */
export const settle = () => new Promise((resolve) => setImmediate(resolve));
