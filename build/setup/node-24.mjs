import { fileURLToPath } from 'node:url';
import { installDependencies } from './dependencies.mjs';
import { node24 } from './paths.mjs';
import { run } from './run.mjs';

/**
 * Called first by every entry script, on whatever Node started it: npm's packages, and from then on the Node 24 among them.
 * Returns only under Node 24; under an older one it runs the same script there and ends with its exit code.
 * @param {string} scriptUrl `import.meta.url` of the entry script
 */
export async function continueOnNode24(scriptUrl) {
  if (!process.env.TEACHIFY_INSTALLED) await installDependencies();
  if (Number.parseInt(process.versions.node, 10) >= 24) return;
  const code = await run(node24, [fileURLToPath(scriptUrl), ...process.argv.slice(2)], { env: { TEACHIFY_INSTALLED: '1' } });
  process.exit(code);
}
