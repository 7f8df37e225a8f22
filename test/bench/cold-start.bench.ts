// Cold start: from starting the program to a library of 1,000 lessons that is drawn, offline, signed in. Peer: a blank window of the same Electron.
import { join } from 'node:path';
import { compare } from './comparison.ts';
import { runElectron } from './run-electron.ts';
import { copyWithLessons, peerFolder, useComputer } from './used-computer.ts';

const school = process.env['TEACHIFY_DEMO_SCHOOL'];
if (!school) throw new Error('TEACHIFY_DEMO_SCHOOL names no folder; run npm run bench');

const computer = await useComputer({ school, course: 'How the internet survives a bad line', lesson: 'What a packet is', quality: '480p' });
const peer = await peerFolder([]);
const dataFolder = join(peer.folder, 'many lessons');
await copyWithLessons(computer.dataFolder, dataFolder, { lessons: 1000 });
try {
  await compare({
    name: 'cold start: to a drawn library of 1,000 lessons, offline',
    unit: 'ms',
    peer: 'blank window',
    runs: 15,
    measureOurs: async () => {
      const { env, flags } = computer;
      const { milliseconds } = await runElectron({ main: join(import.meta.dirname, 'app-main.mjs'), userData: join(dataFolder, 'window'), env: { ...env, TEACHIFY_DATA: dataFolder }, flags });
      return milliseconds;
    },
    measurePeer: async () => {
      const { milliseconds } = await runElectron({ main: join(import.meta.dirname, 'cold-start/blank.mjs'), userData: peer.folder });
      return milliseconds;
    },
    notes: ['from the spawn of the process to two animation frames after the first course card stands there; no debugger attached'],
  });
} finally {
  await peer.close();
  await computer.close();
}
