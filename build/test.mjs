// npm test: set-up, then every check and test; `npm test -- checks|unit|screens|e2e` narrows it.
import { rm } from 'node:fs/promises';
import { buildBundles } from './setup/bundle.mjs';
import { openDisplay } from './setup/display.mjs';
import { continueOnNode24 } from './setup/node-24.mjs';
import { prepareApp, prepareDemoSchool } from './setup/prepare.mjs';
import { requireSystemPackages } from './setup/system-packages.mjs';
import { say } from './setup/say.mjs';
import { addUp, closingLines } from './test/tally.mjs';
import { runChecks, runE2e, runScreens, runVitest } from './test/parts.mjs';

await continueOnNode24(import.meta.url);
const parts = { checks: runChecks, unit: runVitest, screens: runScreens, e2e: runE2e };
const named = process.argv.slice(2);
const unknown = named.filter((name) => !Object.hasOwn(parts, name));
if (unknown.length > 0) {
  console.error(`Unknown part: ${unknown.join(', ')}. There are: ${Object.keys(parts).join(', ')}.`);
  process.exit(2);
}
const wanted = named.length > 0 ? named : Object.keys(parts);

const { env } = await prepareApp();
await requireSystemPackages('media', 'keyring', 'tracing', 'forgetting', 'district', 'proxying', 'chromium');
if (wanted.includes('e2e')) env.TEACHIFY_DEMO_SCHOOL = await prepareDemoSchool();
if (wanted.includes('screens') || wanted.includes('e2e')) await buildBundles();
const display = await openDisplay();
await rm('test-results', { recursive: true, force: true });

const tallies = [];
for (const name of wanted) {
  say(`Running ${name} ...`);
  tallies.push(await parts[name]({ ...env, ...display.env }));
}
display.close();
const tally = addUp(tallies);
console.log(`\n${closingLines(tally)}`);
process.exit(tally.failed === 0 && tally.passed > 0 ? 0 : 1);
