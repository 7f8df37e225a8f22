import fc from 'fast-check';
import { accountProperties } from '../harness/account-properties.ts';

/** As many as the issue asks for. */
const cases = Number(process.env['FUZZ_CASES'] ?? 120_000);

const { properties, close } = await accountProperties();
let tried = 0;
let failures = 0;
for (const { name, share, property } of properties) {
  const begun = Date.now();
  const { failed, numRuns, counterexample, errorInstance, seed } = await fc.check(property, { numRuns: Math.ceil(cases * share), endOnFailure: true });
  tried += numRuns;
  if (failed) failures += 1;
  console.log(`${failed ? 'FAIL' : 'ok  '} ${name}: ${numRuns} cases, ${((Date.now() - begun) / 1000).toFixed(1)} s`);
  if (failed) console.log(`     seed ${seed}: ${JSON.stringify(counterexample)} ${String(errorInstance)}`);
}
close();
console.log(`${tried} cases, ${failures} of ${properties.length} properties failed`);
process.exit(failures === 0 ? 0 : 1);
