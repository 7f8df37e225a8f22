import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { helpText, readOptions } from '../../../src/server/options.ts';

describe('readOptions', () => {
  it('needs nothing', () => {
    expect(readOptions([], {})).toEqual({ port: 8000, host: '127.0.0.1', data: 'data', s3Region: 'us-east-1', s3Prefix: 'media/', uploadQuota: 20, workers: 1, logLevel: 'info' });
  });

  it('takes a flag before the environment, and the environment before the default', () => {
    const env = { TEACHIFY_SERVER_PORT: '9000', TEACHIFY_SERVER_DATA: 'there' };
    expect(readOptions(['--port', '9001'], env)).toMatchObject({ port: 9001, data: 'there' });
  });

  it.each([
    [['--port', 'many'], /^--port \(TEACHIFY_SERVER_PORT\): /],
    [['--log-level', 'loud'], /^--log-level \(TEACHIFY_SERVER_LOG_LEVEL\): .*"warn"/],
    [['--port', '70000'], /^--port \(TEACHIFY_SERVER_PORT\): .*65535/],
  ])('says which flag does not fit, and which variable: %j', (argv, sentence) => {
    expect(() => readOptions(argv, {})).toThrow(sentence);
  });

  it('says that an address does not fit without repeating the secret in it', () => {
    expect(() => readOptions([], { DATABASE_URL: 'mysql://me:secret@there/school' })).toThrow(/^DATABASE_URL: (?!.*secret).*postgresql/);
  });

  it('refuses a flag it does not know', () => {
    expect(() => readOptions(['--prot', '1'], {})).toThrow(/--prot/);
  });

  it('lists every flag and its variable when asked for help', () => {
    expect(readOptions(['--help'], {})).toBe('help');
    for (const name of ['--data', '--port', '--host', '--demo-school', '--access-log', '--log-level', 'TEACHIFY_SERVER_PORT']) expect(helpText()).toContain(name);
  });

  it('is told in docs/server.md with every flag and variable, and no others', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/server.md'), 'utf8');
    const told = [...page.matchAll(/^\| (?:`(--[a-z0-9-]+)`)? \| `([A-Z0-9_]+)` \|/gm)].map(([, flag, variable]) => `${flag} ${variable}`);
    const helped = [...helpText().matchAll(/^ +(--[a-z0-9-]+)? +([A-Z0-9_]+) /gm)].map(([, flag, variable]) => `${flag} ${variable}`);
    expect(told).toEqual(helped);
  });
});
