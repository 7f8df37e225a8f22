import { describe, expect, it } from 'vitest';
import { helpText, readOptions } from '../../../src/server/options.ts';

describe('readOptions', () => {
  it('needs nothing', () => {
    expect(readOptions([], {})).toEqual({ port: 8000, host: '127.0.0.1', data: 'data', logLevel: 'info' });
  });

  it('takes a flag before the environment, and the environment before the default', () => {
    const env = { TEACHIFY_SERVER_PORT: '9000', TEACHIFY_SERVER_DATA: 'there' };
    expect(readOptions(['--port', '9001'], env)).toMatchObject({ port: 9001, data: 'there' });
  });

  it.each([[['--port', 'many']], [['--log-level', 'loud']], [['--port', '70000']]])('says what does not fit: %j', (argv) => {
    expect(() => readOptions(argv, {})).toThrow(/port|logLevel/);
  });

  it('refuses a flag it does not know', () => {
    expect(() => readOptions(['--prot', '1'], {})).toThrow(/--prot/);
  });

  it('lists every flag and its variable when asked for help', () => {
    expect(readOptions(['--help'], {})).toBe('help');
    for (const name of ['--data', '--port', '--host', '--demo-school', '--access-log', '--log-level', 'TEACHIFY_SERVER_PORT']) expect(helpText()).toContain(name);
  });
});
