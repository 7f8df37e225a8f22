// npm run dev: electron-vite with hot reload, for the people who work on the app.
import { join } from 'node:path';
import { openDisplay } from './setup/display.mjs';
import { buildBundles } from './setup/bundle.mjs';
import { continueOnNode24 } from './setup/node-24.mjs';
import { node24, root } from './setup/paths.mjs';
import { chromiumFlags, prepareApp, prepareDemoSchool } from './setup/prepare.mjs';
import { run } from './setup/run.mjs';

await continueOnNode24(import.meta.url);
const flags = chromiumFlags();
const { env } = await prepareApp();
const demoSchool = await prepareDemoSchool();
await buildBundles(); // the course server runs from its bundle in development too
const display = await openDisplay();
const electronVite = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js');
const code = await run(node24, [electronVite, 'dev', '--', ...flags, ...process.argv.slice(2)], {
  env: { ...env, ...display.env, TEACHIFY_EMBEDDED_SERVER: '1', TEACHIFY_DEMO_SCHOOL: demoSchool },
});
display.close();
process.exit(code);
