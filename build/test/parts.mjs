import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { node24, root } from '../setup/paths.mjs';
import { run } from '../setup/run.mjs';
import { tallyOfPlaywright, tallyOfVitest } from './tally.mjs';

const program = (name) => join(root, 'node_modules', name);
const checks = [
  ['types of main, core and server', [program('typescript/bin/tsc'), '--noEmit', '-p', 'tsconfig.json']],
  ['types of the renderer', [program('typescript/bin/tsc'), '--noEmit', '-p', 'src/renderer/tsconfig.json']],
  ['types of the tests', [program('typescript/bin/tsc'), '--noEmit', '-p', 'test/tsconfig.json']],
  ['lint', [program('oxlint/bin/oxlint'), '--deny-warnings', 'src', 'test', 'build', 'electron.vite.config.ts']],
  ['layers', ['build/check-layers.ts']],
  ['dead code', [program('knip/bin/knip.js'), '--config', 'build/knip.jsonc']],
];

/** Each check counts as one test. */
export async function runChecks(env) {
  const tally = { passed: 0, failed: 0, skipped: 0, failures: [] };
  for (const [name, args] of checks) {
    const code = await run(node24, args, { env });
    console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${name}`);
    tally[code === 0 ? 'passed' : 'failed'] += 1;
    if (code !== 0) tally.failures.push(name);
  }
  return tally;
}

export async function runVitest(env) {
  const file = join(root, 'test-results', 'vitest.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const code = await run(node24, [program('vitest/vitest.mjs'), 'run', '--config', 'test/vitest.config.ts', ...reporters], { env });
  return tallyOfVitest(await report(file), code);
}

/** The built renderer with a table of answers in place of main, in every state: nothing there waits for a line, so two windows at once. */
export function runScreens(env) {
  return runPlaywright('screens', ['--project', 'stage', '--workers', '2'], env);
}

/** The whole app against real servers over real lines, one window at a time. */
export function runE2e(env) {
  return runPlaywright('e2e', [], env);
}

async function runPlaywright(project, options, env) {
  const file = join(root, 'test-results', `${project}.json`);
  const args = ['test', '--config', 'test/playwright.config.ts', '--project', project, ...options];
  const code = await run(node24, [program('@playwright/test/cli.js'), ...args], { env: { ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: file } });
  return tallyOfPlaywright(await report(file), code);
}

async function report(file) {
  return JSON.parse(await readFile(file, 'utf8').catch(() => 'null'));
}
