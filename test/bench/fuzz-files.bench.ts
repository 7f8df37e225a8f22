// Every file of a data folder, damaged in every way: no peer, each must end in words or a repair, and nothing watched is lost.
import fc from 'fast-check';
import { damagedFolders } from '../harness/damaged-folders.ts';

const cases = Number(process.env['FUZZ_CASES'] ?? 1_000);

const { property, close } = await damagedFolders();
const begun = Date.now();
const { failed, numRuns, counterexample, errorInstance, seed } = await fc.check(property, { numRuns: cases, endOnFailure: true });
close();
console.log(`${failed ? 'FAIL' : 'ok  '} damaged files: ${numRuns} cases, ${((Date.now() - begun) / 1000).toFixed(1)} s`);
if (failed) console.log(`     seed ${seed}: ${fc.stringify(counterexample)} ${errorInstance instanceof Error ? errorInstance.stack : String(errorInstance)}`);
process.exit(failed ? 1 : 0);
