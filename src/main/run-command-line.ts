import { app, session } from 'electron';
import { homedir } from 'node:os';
import { text } from 'node:stream/consumers';
import { version } from '../../package.json';
import { runCli } from '../cli/run-cli.ts';
import { userAgent } from '../core/net/line-options.ts';
import { nativeBinding } from './platform/native-binding.ts';
import { createSecretVault } from './platform/secret-vault.ts';
import { createSettingsFile } from './platform/settings-file.ts';
import { systemLine } from './platform/system-line.ts';

/** Without a display Chromium leaves the graphics card alone, which says nothing of the app in its window. */
async function videoDecoding(): Promise<'used' | 'not used' | 'unknown'> {
  if (app.commandLine.hasSwitch('headless') || app.commandLine.hasSwitch('disable-gpu')) return 'unknown';
  // Until Chromium has looked at the card, it reports what it would do without one.
  await app.getGPUInfo('basic');
  return app.getGPUFeatureStatus().video_decode === 'enabled' ? 'used' : 'not used';
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
    systemLine: systemLine({ session: session.defaultSession, userAgent: userAgent(version), now: Date.now }),
    gpu: videoDecoding,
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
