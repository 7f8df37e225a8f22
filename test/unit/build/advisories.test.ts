import { expect, it } from 'vitest';
import { holesIn, shippedPackages } from '../../../build/package/advisories.mjs';

it('what ships is what the sources import and what that needs, and no tool', async () => {
  const shipped = [...(await shippedPackages())];
  expect(shipped).toEqual(expect.arrayContaining(['better-sqlite3', 'hls.js', 'fastify', 'pino', 'react-dom', 'scheduler']));
  expect(shipped.filter((name) => ['vitest', 'electron-builder', 'oxlint'].includes(name))).toEqual([]);
});

it('a known hole counts when it ships', () => {
  const hole = { severity: 'high', via: [{ title: 'reads too far' }, 'another'] };
  const report = { vulnerabilities: { fastify: { name: 'fastify', ...hole }, vitest: { name: 'vitest', ...hole } } };
  expect(holesIn(report, new Set(['fastify']))).toEqual([{ name: 'fastify', severity: 'high', titles: ['reads too far'] }]);
});
