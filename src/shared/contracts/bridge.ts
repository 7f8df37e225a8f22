import type { z } from 'zod';
import { accountsContract } from './accounts.ts';
import { catalogContract } from './catalog.ts';
import { connectionContract } from './connection.ts';
import type { Outcome } from './contract.ts';
import { downloadsContract } from './downloads.ts';
import { leasesContract } from './leases.ts';
import { notesContract } from './notes.ts';
import { playbackContract } from './playback.ts';
import { progressContract } from './progress.ts';
import { settingsContract } from './settings.ts';
import { shellContract } from './shell.ts';
import { transcriptsContract } from './transcripts.ts';

/** Every call and every event that may cross between main and renderer. Nothing else does. */
export const calls = {
  ...accountsContract.calls,
  ...catalogContract.calls,
  ...connectionContract.calls,
  ...downloadsContract.calls,
  ...leasesContract.calls,
  ...notesContract.calls,
  ...playbackContract.calls,
  ...progressContract.calls,
  ...settingsContract.calls,
  ...shellContract.calls,
  ...transcriptsContract.calls,
} as const;

export const events = {
  ...accountsContract.events,
  ...catalogContract.events,
  ...connectionContract.events,
  ...downloadsContract.events,
  ...leasesContract.events,
  ...notesContract.events,
  ...playbackContract.events,
  ...progressContract.events,
  ...settingsContract.events,
  ...shellContract.events,
  ...transcriptsContract.events,
} as const;

export type CallName = keyof typeof calls;
export type EventName = keyof typeof events;
export type CallInput<Name extends CallName> = z.input<(typeof calls)[Name]['input']>;
export type CallOutput<Name extends CallName> = z.output<(typeof calls)[Name]['output']>;
export type EventPayload<Name extends EventName> = z.output<(typeof events)[Name]>;

/** What the preload script exposes as `window.teachify`; the renderer's only way out. */
export interface Bridge {
  call<Name extends CallName>(name: Name, input: CallInput<Name>): Promise<Outcome<CallOutput<Name>>>;
  /** Gives back the function that stops listening. */
  on<Name extends EventName>(name: Name, listener: (payload: EventPayload<Name>) => void): () => void;
}
