// npm run bench: every test/bench/*.bench.ts in turn (or those named, or whose names begin so), each against its peer in the same run.
import { readdir } from 'node:fs/promises';
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
await requireSystemPackages('bench', 'district', 'proxying');
const demoSchool = await prepareDemoSchool();
await buildBundles();
const display = await openDisplay();
const folder = join(root, 'test', 'bench');
const named = process.argv.slice(2);
const all = (await readdir(folder)).filter((name) => name.endsWith('.bench.ts'));
const isMeant = (file, name) => (all.includes(`${name}.bench.ts`) ? file === `${name}.bench.ts` : file.startsWith(name));
const files = all.filter((file) => named.length === 0 || named.some((name) => isMeant(file, name)));
let failed = files.length === 0;
for (const file of files.sort()) {
  const code = await run(node24, [join(folder, file)], { env: { ...env, ...display.env, TEACHIFY_DEMO_SCHOOL: demoSchool } });
  failed ||= code !== 0;
}
display.close();
process.exit(failed ? 1 : 0);
