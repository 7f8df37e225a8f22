import { runCli } from '../../src/cli/run-cli.ts';
import { createSettingsFile } from '../../src/cli/settings-file.ts';
import type { SecretVault } from '../../src/core/accounts/ports.ts';
import { noVault } from './machine-at-school.ts';
import { people } from './tiny-school.ts';
import type { Line } from './tool.ts';

interface Seat {
  readonly data: string;
  readonly url: string;
  readonly silenceMs?: number;
  /** Without one, the session ends with the command. */
  readonly vault?: SecretVault;
}

/** The headless tool in this process: the same commands without the cost of starting one. */
export async function runInside({ data, url, silenceMs, vault = noVault }: Seat, ...args: readonly string[]): Promise<{ code: number; lines: readonly Line[] }> {
  const lines: Line[] = [];
  const shell = {
    env: { TEACHIFY_EMAIL: people.both.email, TEACHIFY_PASSWORD: people.both.password },
    version: '0.0.0-test',
    nativeBinding: undefined,
    vault: () => vault,
    settingsFile: createSettingsFile,
    defaultServerUrl: url,
    ...(silenceMs === undefined ? {} : { silenceMs }),
  };
  const code = await runCli(['--json', '--data', data, '--server', url, ...args], shell, {
    stdout: (text) => lines.push(...text.trim().split('\n').map((line) => JSON.parse(line) as Line)),
    stderr: () => {},
    stdin: async () => '',
    signal: new AbortController().signal,
    platform: process.platform,
    home: data,
  });
  return { code, lines };
}
