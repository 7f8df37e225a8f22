import { expect, it } from 'vitest';
import { environmentOfEmbeddedServer } from '../../../src/main/platform/server-environment.ts';
import { helpText } from '../../../src/server/options.ts';

it('the server beside the app is told nothing of a developer’s school, by any variable a server listens to', () => {
  const names = [...helpText().matchAll(/^ +(?:--[a-z0-9-]+)? +([A-Z0-9_]+) /gm)].map(([, name]) => name ?? '');
  expect(names).toContain('DATABASE_URL');
  expect(names).toContain('S3_BUCKET');
  const env = Object.fromEntries([...names, 'PATH', 'TEACHIFY_SQLITE_BINDING', 'LANG'].map((name) => [name, 'x']));
  expect(Object.keys(environmentOfEmbeddedServer(env))).toEqual(['PATH', 'TEACHIFY_SQLITE_BINDING', 'LANG']);
});
