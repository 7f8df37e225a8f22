// npm start: everything set up, then the app with a course server and the demo school beside it.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { buildBundles } from './setup/bundle.mjs';
import { openDisplay } from './setup/display.mjs';
import { continueOnNode24 } from './setup/node-24.mjs';
import { root } from './setup/paths.mjs';
import { chromiumFlags, hasDisplay, prepareApp, prepareDemoSchool } from './setup/prepare.mjs';
import { run } from './setup/run.mjs';
import { say } from './setup/say.mjs';

await continueOnNode24(import.meta.url);
const flags = chromiumFlags();
const picture = hasDisplay() ? null : join(root, 'out', 'first-window.png');
const { electron, env } = await prepareApp();
const demoSchool = await prepareDemoSchool();
await buildBundles();
const display = await openDisplay();
if (picture) {
  await mkdir(join(root, 'out'), { recursive: true });
  say(`A picture of the first window will be written to out/first-window.png.`);
}
say('Starting Teachify Desktop (ctrl-C ends it) ...');
const code = await run(electron.executable, [...flags, root, ...process.argv.slice(2)], {
  env: {
    ...env,
    ...display.env,
    TEACHIFY_EMBEDDED_SERVER: '1',
    TEACHIFY_DEMO_SCHOOL: demoSchool,
    ...(picture ? { TEACHIFY_FIRST_WINDOW_PNG: picture } : {}),
  },
});
display.close();
process.exit(code);
