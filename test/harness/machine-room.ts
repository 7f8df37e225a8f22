import { onTestFinished } from 'vitest';
import type { Clock } from '../../src/core/base/clock.ts';
import { openMachine, openVault, type MachineAtSchool } from './machine-at-school.ts';
import { manualClock } from './manual-clock.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A machine that is started again and again on one folder. */
export function machineRoom(url: () => string, options: { shared?: () => boolean } = {}) {
  const folder = temporaryFolder();
  const clock = manualClock();
  let running: MachineAtSchool | null = null;
  const stop = () => {
    running?.close();
    running = null;
  };
  onTestFinished(stop);
  const start = async (vault = openVault, clockThen: Clock = clock) => {
    stop();
    running = await openMachine({ folder, url, clock: clockThen, vault, ...options });
    return running;
  };
  return { folder, clock, start, stop };
}

