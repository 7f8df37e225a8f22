import { runCli } from '../../src/cli/run-cli.ts';
import { createSettingsFile } from '../../src/cli/settings-file.ts';
import type { Line } from './tool.ts';
import { people } from './tiny-school.ts';

/** The headless tool in this process: the same commands without the cost of starting one. Its session ends with the command. */
export async function runInside({ data, url }: { data: string; url: string }, ...args: readonly string[]): Promise<{ code: number; lines: readonly Line[] }> {
  const lines: Line[] = [];
  const shell = {
    env: { TEACHIFY_EMAIL: people.both.email, TEACHIFY_PASSWORD: people.both.password },
    version: '0.0.0-test',
    nativeBinding: undefined,
    vault: () => ({ kind: 'memory' as const, wrap: () => null, unwrap: () => null }),
    settingsFile: createSettingsFile,
    defaultServerUrl: url,
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
