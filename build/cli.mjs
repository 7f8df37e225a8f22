// npm run cli -- <command>: the headless tool from source, on Node 24; everything after `--` is passed through.
import { join } from 'node:path';
import { continueOnNode24 } from './setup/node-24.mjs';
import { node24, root } from './setup/paths.mjs';
import { run } from './setup/run.mjs';

await continueOnNode24(import.meta.url);
process.exit(await run(node24, [join(root, 'src', 'cli', 'main.ts'), ...process.argv.slice(2)]));
