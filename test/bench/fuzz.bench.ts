// Every parser of what others wrote, against text and bytes as nobody would write them: no peer, every case must end as it should.
import { parserProperties } from '../harness/parser-properties.ts';
import { keep } from './comparison.ts';

const cases = Number(process.env['TEACHIFY_BENCH_CASES'] ?? 120_000);
const seed = Number(process.env['TEACHIFY_BENCH_SEED'] ?? Date.now() % 1_000_000);
const each = Math.ceil(cases / parserProperties.length);
const began = Date.now();
const broken: string[] = [];
for (const { name, check } of parserProperties) {
  await check(each, seed).catch((error: unknown) => broken.push(`${name}: ${error instanceof Error ? error.message : String(error)}`));
}
const seconds = (Date.now() - began) / 1000;
console.log(`\n${each * parserProperties.length} cases for ${parserProperties.length} parsers (seed ${seed}): ${broken.length === 0 ? 'every one ends as it should' : 'NOT every one ends as it should'}, ${seconds.toFixed(0)} s`);
for (const sentence of broken) console.log(`  ${sentence}`);
await keep({ name: 'fuzz', cases: each * parserProperties.length, seed, broken, seconds });
if (broken.length > 0) process.exitCode = 1;
