import { giveUp, say } from '../setup/say.mjs';
import { knownHoles } from './advisories.mjs';

/** Ends the program when something that ships has a known hole; says so when nobody could be asked. */
export async function requireNoKnownHoles() {
  const holes = await knownHoles();
  if (holes === null) return say('Known holes in what ships: the registry here could not be asked. Run `npm run check:advisories` where it can before anything is shipped.');
  if (holes.length === 0) return say('No known holes in what ships.');
  giveUp(`Known holes in what ships:\n${holes.map(({ name, severity, titles }) => `  ${name} (${severity}): ${titles.join('; ')}`).join('\n')}`);
}
