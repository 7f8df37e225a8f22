// Cold start with 1,000 lessons queued. Peer: the same computer, the same 1,000 lessons in the catalogue, none queued.
import Database from 'better-sqlite3';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare } from './comparison.ts';
import { runElectron } from './run-electron.ts';
import { useComputer } from './used-computer.ts';

const school = process.env['TEACHIFY_DEMO_SCHOOL'];
if (!school) throw new Error('TEACHIFY_DEMO_SCHOOL names no folder; run npm run bench');
const lessons = 1000;

const computer = await useComputer({ school, course: 'How the internet survives a bad line', lesson: 'What a packet is', quality: '480p' });
const folder = await mkdtemp(join(tmpdir(), 'teachify-queue-'));

/** The used computer with many more lessons in its catalogue. */
async function copyWith(name: string, queued: boolean): Promise<string> {
  const to = join(folder, name);
  await cp(computer.dataFolder, to, { recursive: true });
  const database = new Database(join(to, 'content.db'));
  const [model] = database.prepare<[], { account: string; course_id: string; body: string }>('SELECT account, course_id, body FROM catalog_lessons LIMIT 1').all();
  if (!model) throw new Error('The catalogue is empty');
  const learn = database.prepare('INSERT INTO catalog_lessons (account, id, course_id, position, body) VALUES (?, ?, ?, ?, ?)');
  const queue = database.prepare(
    `INSERT INTO downloads (account, lesson_id, course_id, quality, state, position, bytes_done, bytes_total, revision) VALUES (?, ?, ?, '480p', 'queued', ?, 0, 1000000, 0)`,
  );
  database.transaction(() => {
    for (let index = 0; index < lessons; index++) {
      const id = `queued-${index}`;
      learn.run(model.account, id, model.course_id, 1000 + index, JSON.stringify({ ...(JSON.parse(model.body) as object), id, position: 1000 + index }));
      if (queued) queue.run(model.account, id, model.course_id, 1000 + index);
    }
  })();
  database.close();
  return to;
}

try {
  const [busy, idle] = [await copyWith('busy', true), await copyWith('idle', false)];
  const start = async (dataFolder: string) => {
    const { env, flags } = computer;
    const userData = join(dataFolder, 'window');
    return (await runElectron({ main: join(import.meta.dirname, 'app-main.mjs'), userData, env: { ...env, TEACHIFY_DATA: dataFolder }, flags })).milliseconds;
  };
  await compare({
    name: 'cold start with 1,000 lessons queued, offline',
    unit: 'ms',
    peer: 'none queued',
    runs: 9,
    measureOurs: () => start(busy),
    measurePeer: () => start(idle),
    notes: ['both have the same 1,000 lessons in the catalogue'],
  });
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  await computer.close();
}
