// npm run tour: the story of a lesson, slowly, in a visible window; its pictures go to out/tour.
import { join } from 'node:path';
import { buildBundles } from './setup/bundle.mjs';
import { openDisplay } from './setup/display.mjs';
import { continueOnNode24 } from './setup/node-24.mjs';
import { node24, root } from './setup/paths.mjs';
import { prepareApp, prepareDemoSchool } from './setup/prepare.mjs';
import { run } from './setup/run.mjs';
import { requireSystemPackages } from './setup/system-packages.mjs';

await continueOnNode24(import.meta.url);
const { env } = await prepareApp();
await requireSystemPackages('keyring');
const demoSchool = await prepareDemoSchool();
await buildBundles();
const display = await openDisplay();
const playwright = join(root, 'node_modules', '@playwright', 'test', 'cli.js');
const code = await run(node24, [playwright, 'test', '--config', 'test/playwright.config.ts', '--project', 'tour'], {
  env: { ...env, ...display.env, TEACHIFY_DEMO_SCHOOL: demoSchool },
});
display.close();
process.exit(code);
