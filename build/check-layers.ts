// Checks who imports whom (layers.config.cjs) and that the check saw the program at all.
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { createRequire } from 'node:module';

const config = createRequire(import.meta.url)('./layers.config.cjs');
const result = await cruise(['src'], { ruleSet: { forbidden: config.forbidden }, ...config.options, validate: true }, undefined, {
  tsConfig: extractTSConfig('tsconfig.json'),
});
const { modules, summary } = result.output as ICruiseResult;
const ours = modules.filter(({ source }) => source.startsWith('src/'));
const links = ours.reduce((sum, { dependencies }) => sum + dependencies.length, 0);

for (const { from, to, rule } of summary.violations) {
  const reason = config.forbidden.find(({ name }: { name: string }) => name === rule.name)?.comment;
  console.error(`${from} -> ${to}\n    ${rule.name}: ${reason}`);
}
if (ours.length < 10 || links < ours.length) {
  console.error(`The layer check saw only ${ours.length} modules with ${links} imports; its configuration is broken.`);
  process.exit(1);
}
console.log(`${ours.length} modules, ${links} imports, ${summary.violations.length} against the rules`);
process.exit(summary.violations.length === 0 ? 0 : 1);
