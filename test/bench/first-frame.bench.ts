// First frame offline: from the click on a lesson to its first presented frame. Peer: a bare page with hls.js on the same files.
import { join } from 'node:path';
import { openBarePage } from './bare-page.ts';
import { compare } from './comparison.ts';
import { runElectron } from './run-electron.ts';
import { useComputer } from './used-computer.ts';

const school = process.env['TEACHIFY_DEMO_SCHOOL'];
if (!school) throw new Error('TEACHIFY_DEMO_SCHOOL names no folder; run npm run bench');
const title = 'What a packet is';

const computer = await useComputer({ school, course: 'How the internet survives a bad line', lesson: title, quality: '480p' });
const peer = await openBarePage(join(school, 'lessons/what-a-packet-is'), '480p');
try {
  await compare({
    name: 'first frame offline: from the click',
    unit: 'ms',
    peer: 'bare hls.js',
    runs: 15,
    measureOurs: async () => {
      const env = { ...computer.env, BENCH_WATCH: 'first-frame', BENCH_LESSON: title };
      const { mark } = await runElectron({ main: join(import.meta.dirname, 'app-main.mjs'), userData: join(computer.dataFolder, 'window'), env, flags: computer.flags });
      return Number(mark);
    },
    measurePeer: async () => {
      const { mark } = await peer.run();
      return Number(mark);
    },
    notes: [
      'the same 480p picture and sound; ours is encrypted, verified and decrypted on the way and opens a whole player, the peer reads plain files into a bare video element',
    ],
  });
} finally {
  await peer.close();
  await computer.close();
}
