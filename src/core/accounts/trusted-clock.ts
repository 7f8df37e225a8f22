import { TeachifyError } from '../../shared/errors.ts';
import type { Clock } from '../base/clock.ts';

/** A clock may be this wrong without anyone being asked. */
const toleranceMs = 24 * 60 * 60 * 1000;
const saveEveryMs = 10 * 60 * 1000;

interface Dependencies {
  readonly clock: Clock;
  readonly anchor: number | null;
  readonly save: (at: number) => Promise<void>;
}

/** What time it is for things that end: a machine's clock that was turned back does not lengthen them. */
export interface TrustedClock {
  /** Ms since the Unix epoch. Throws clock_wrong when this machine's clock lies more than a day behind what is known. */
  now(): Promise<number>;
  /** As a server's word has it in this sitting, ms since the Unix epoch; null without one. */
  heard(): number | null;
  /** A school's server said what time it is. */
  sawServerTime(at: number): Promise<void>;
}

/**
 * With a server's word in this sitting, time goes on from there, the machine's sleep counted, whatever the wall clock is set
 * to meanwhile. Without, it is the wall clock, but never earlier than the latest moment seen before. A server's word also mends an anchor that a
 * wrong clock had pushed into the future.
 */
export function createTrustedClock({ clock, anchor, save }: Dependencies): TrustedClock {
  let latest = anchor ?? 0;
  let saved = latest;
  let heard: { at: number; lasting: number } | null = null;

  const remember = async (at: number, always: boolean) => {
    latest = always ? at : Math.max(latest, at);
    if (!always && latest - saved < saveEveryMs) return;
    saved = latest;
    await save(latest);
  };

  const byWord = () => heard && heard.at + clock.lasting() - heard.lasting;

  return {
    heard: byWord,
    now: async () => {
      const wall = clock.now();
      if (!heard && wall < latest - toleranceMs) {
        throw new TeachifyError('clock_wrong', 'The clock of this computer was turned back; connect once to set things right');
      }
      const now = byWord() ?? Math.max(wall, latest);
      await remember(now, false);
      return now;
    },
    sawServerTime: async (at) => {
      heard = { at, lasting: clock.lasting() };
      await remember(at, true);
    },
  };
}
