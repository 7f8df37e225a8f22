// The command line tool on plain Node; the packaged app runs the same with --cli.
import { homedir } from 'node:os';
import { text } from 'node:stream/consumers';
import packageJson from '../../package.json' with { type: 'json' };
import { createKeyringVault } from './keyring-vault.ts';
import { runCli } from './run-cli.ts';
import { createSettingsFile } from './settings-file.ts';

const stopping = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort());

// `teachify courses | head` closes the pipe before we are done; that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

const shell = {
  env: process.env,
  version: packageJson.version,
  nativeBinding: undefined,
  vault: createKeyringVault,
  settingsFile: createSettingsFile,
  defaultServerUrl: 'http://127.0.0.1:8000',
};
process.exitCode = await runCli(process.argv.slice(2), shell, {
  stdout: (words) => process.stdout.write(words),
  stderr: (words) => process.stderr.write(words),
  stdin: () => text(process.stdin),
  signal: stopping.signal,
  platform: process.platform,
  home: homedir(),
});
