// npm run package: an unpacked app in dist/. `-- --for-tests` leaves it open to a debugger, which Playwright needs;
// `-- --without-demo-school` leaves the demo school and its course server out; `-- --into FOLDER` packages elsewhere.
import { flipFuses } from '@electron/fuses';
import { build, Platform } from 'electron-builder';
import { readFile, rm } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { buildBundles } from './setup/bundle.mjs';
import { continueOnNode24 } from './setup/node-24.mjs';
import { root } from './setup/paths.mjs';
import { prepareApp, prepareDemoSchool } from './setup/prepare.mjs';
import { say } from './setup/say.mjs';
import { packageConfig, packagedExecutable } from './package/config.mjs';
import { requireNoKnownHoles } from './package/require-no-known-holes.mjs';
import { fusesOf, requireFuses } from './package/fuses.mjs';
import { folderBytes } from './package/folder-bytes.mjs';

await continueOnNode24(import.meta.url);
const forTests = process.argv.includes('--for-tests');
const withDemoSchool = !process.argv.includes('--without-demo-school');
const into = process.argv.includes('--into') ? resolve(process.argv[process.argv.indexOf('--into') + 1]) : join(root, 'dist');

await requireNoKnownHoles();
const { electron, env } = await prepareApp();
const demoSchool = withDemoSchool ? await prepareDemoSchool() : null;
await buildBundles();

const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
say(`Packaging Teachify ${version} with Electron ${electron.version} ...`);
await rm(into, { recursive: true, force: true });
const electronFolder = process.platform === 'darwin' ? join(dirname(electron.executable), '../../..') : dirname(electron.executable);
await build({
  projectDir: root,
  targets: Platform.current().createTarget('dir'),
  config: packageConfig({ output: into, electronVersion: electron.version, electronFolder, demoSchool, sqliteBinding: env.TEACHIFY_SQLITE_BINDING ?? null }),
});

const executable = packagedExecutable(into);
await flipFuses(executable, fusesOf({ forTests, platform: process.platform }));
await requireFuses(executable, { forTests, platform: process.platform });
const megabytes = ((await folderBytes(into)) / 1e6).toFixed(0);
say(`${relative(root, executable)} is ready, ${megabytes} MB${electron.fallback ? '; its Electron is too old for shipping' : ''}.`);
if (forTests) say('It is open to a debugger, for tests: do not ship it.');
