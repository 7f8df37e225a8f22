// The simulation with one line of our source changed: `node run-mutant.ts <name> <runs>`. Exits with 0 when the simulation noticed.
import { readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { mutants } from './mutants.ts';

const [, , name, runs] = process.argv;
const mutant = mutants.find((one) => one.name === name);
if (!mutant) throw new Error(`There is no mutant "${name}"`);
const url = pathToFileURL(join(import.meta.dirname, '../..', mutant.file)).href;
let isChanged = false;
registerHooks({
  load: (loaded, context, next) => {
    if (loaded !== url) return next(loaded, context);
    const source = readFileSync(fileURLToPath(url), 'utf8');
    if (source.split(mutant.find).length !== 2) throw new Error(`"${mutant.find}" is not there once in ${mutant.file}`);
    isChanged = true;
    return { format: 'module', shortCircuit: true, source: stripTypeScriptTypes(source.replace(mutant.find, mutant.replace)) };
  },
});
const { simulate } = await import('./life.ts');
if (!isChanged) throw new Error(`${mutant.file} is not part of the simulation`);
try {
  await simulate({ runs: Number(runs), seed: 1, endOnFailure: true });
} catch (error) {
  console.log(String(error).split('\n')[0]);
  process.exit(0);
}
console.error(`${mutant.name}: not noticed in ${runs} lives`);
process.exit(1);
