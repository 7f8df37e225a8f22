// Cold start with 1,000 lessons queued. Peer: the same computer, the same 1,000 lessons in the catalogue, none queued.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare } from './comparison.ts';
import { runElectron } from './run-electron.ts';
import { copyWithLessons, useComputer } from './used-computer.ts';

const school = process.env['TEACHIFY_DEMO_SCHOOL'];
if (!school) throw new Error('TEACHIFY_DEMO_SCHOOL names no folder; run npm run bench');
const lessons = 1000;

const computer = await useComputer({ school, course: 'How the internet survives a bad line', lesson: 'What a packet is', quality: '480p' });
const folder = await mkdtemp(join(tmpdir(), 'teachify-queue-'));

try {
  const [busy, idle] = [join(folder, 'busy'), join(folder, 'idle')];
  await copyWithLessons(computer.dataFolder, busy, { lessons, queued: true });
  await copyWithLessons(computer.dataFolder, idle, { lessons });
  const start = async (dataFolder: string) => {
    const { env, flags } = computer;
    const userData = join(dataFolder, 'window');
    return (await runElectron({ main: join(import.meta.dirname, 'app-main.mjs'), userData, env: { ...env, TEACHIFY_DATA: dataFolder }, flags })).milliseconds;
  };
  await compare({
    name: 'cold start with 1,000 lessons queued, offline',
    unit: 'ms',
    peer: 'none queued',
    runs: 15,
    measureOurs: () => start(busy),
    measurePeer: () => start(idle),
    notes: ['both have the same 1,000 lessons in the catalogue'],
  });
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  await computer.close();
}
