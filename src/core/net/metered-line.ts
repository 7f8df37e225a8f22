import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { MeteredLine } from './ports.ts';

const askAgainMs = 60_000;
const patienceMs = 10_000;

interface Question {
  readonly command: string;
  readonly args: readonly string[];
  /** True for an answer that means: costs by the byte. */
  readonly isMetered: (answer: string) => boolean;
}

/** Where the system tells. macOS has no such word outside its own frameworks. */
const questions: Readonly<Partial<Record<NodeJS.Platform, Question>>> = {
  // NMMetered: 1 yes, 3 guessed yes (NetworkManager D-Bus API, "Types").
  linux: {
    command: 'busctl',
    args: ['get-property', 'org.freedesktop.NetworkManager', '/org/freedesktop/NetworkManager', 'org.freedesktop.NetworkManager', 'Metered'],
    isMetered: (answer) => /^u [13]\s*$/.test(answer),
  },
  // Windows.Networking.Connectivity.NetworkCostType: 2 fixed, 3 variable.
  win32: {
    command: 'powershell.exe',
    args: [
      '-NoProfile',
      '-NonInteractive',
      '-Command',
      '[int][Windows.Networking.Connectivity.NetworkInformation,Windows.Networking.Connectivity,ContentType=WindowsRuntime]::GetInternetConnectionProfile().GetConnectionCost().NetworkCostType',
    ],
    isMetered: (answer) => /^[23]\s*$/.test(answer),
  },
};

interface Dependencies {
  readonly platform: NodeJS.Platform;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Rejects when the system has no such command or the service does not answer. */
  readonly ask?: (command: string, args: readonly string[]) => Promise<string>;
}

/** Asks the system once a minute, from `watch` on and until what it gives back is called, whether the line costs by the byte; where it does not say, it does not. */
export function createMeteredLine({ platform, clock, logger, ask = run }: Dependencies): MeteredLine & { watch(): () => void } {
  const question = questions[platform];
  let metered = false;
  const follow = async ({ command, args, isMetered }: Question, signal: AbortSignal) => {
    for (;;) {
      const answer = await ask(command, args).catch((error: unknown) => {
        logger.debug('the system does not say whether the line costs by the byte', { error });
        return null;
      });
      // A service that was starting, or a machine that was busy, answers the next time; until then what it said last counts.
      if (answer !== null) metered = isMetered(answer);
      if (!(await clock.sleep(askAgainMs, signal).then(() => true, () => false))) return;
    }
  };
  return {
    isMetered: () => metered,
    watch: () => {
      const closing = new AbortController();
      if (question) void follow(question, closing.signal);
      return () => closing.abort();
    },
  };
}

async function run(command: string, args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(command, [...args], { timeout: patienceMs, windowsHide: true });
  return stdout;
}
