import { app } from 'electron';
import { homedir } from 'node:os';
import { text } from 'node:stream/consumers';
import { version } from '../../package.json';
import { runCli } from '../cli/run-cli.ts';
import { nativeBinding } from './platform/native-binding.ts';
import { createSecretVault } from './platform/secret-vault.ts';
import { createSettingsFile } from './platform/settings-file.ts';

const flag = '--cli';

/** What follows `--cli`; null when the app was started as an app. */
export function commandLine(argv: readonly string[]): readonly string[] | null {
  const at = argv.indexOf(flag);
  return at < 0 ? null : argv.slice(at + 1);
}

/** The headless tool inside the packaged app, for computers that have no Node: the same commands, no window. */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort());
  // The keychain answers only once Electron is ready.
  await app.whenReady();
  const shell = {
    env: process.env,
    version,
    nativeBinding: nativeBinding(process),
    vault: createSecretVault,
    settingsFile: createSettingsFile,
    defaultServerUrl: import.meta.env.VITE_API_URL || 'http://127.0.0.1:8000',
    gpu: () => app.getGPUFeatureStatus().video_decode === 'enabled',
  };
  const code = await runCli(args, shell, {
    stdout: (words) => process.stdout.write(words),
    stderr: (words) => process.stderr.write(words),
    stdin: () => text(process.stdin),
    signal: stopping.signal,
    platform: process.platform,
    home: homedir(),
  });
  app.exit(code);
}
