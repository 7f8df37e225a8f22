// npm run setup: all of set-up and nothing else.
import { buildBundles } from './setup/bundle.mjs';
import { continueOnNode24 } from './setup/node-24.mjs';
import { prepareApp, prepareDemoSchool } from './setup/prepare.mjs';
import { say } from './setup/say.mjs';

await continueOnNode24(import.meta.url);
const { electron } = await prepareApp();
await prepareDemoSchool();
await buildBundles();
say(`Ready: Electron ${electron.version}, the demo school and the bundles are here.`);
