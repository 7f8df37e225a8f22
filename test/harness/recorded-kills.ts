import Database from 'better-sqlite3';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { schoolClient } from './school-client.ts';
import type { SchoolServer } from './school-server.ts';

const recorder = join(import.meta.dirname, '../fixtures/recorder.ts');
/** A process passes about so many boundaries, so that ends are spread over all of them. */
const boundaries = 120;

interface Outcome {
  /** Processes that ended by SIGKILL. */
  readonly killed: number;
  /** Sittings of which at least one report was said to be stored. */
  readonly stored: number;
  /** What the school does not have of it, or has more of than was ever watched. */
  readonly wrong: readonly string[];
  readonly waiting: string;
  /** PRAGMA integrity_check of the machine's ledger and of the school's database. */
  readonly integrity: readonly string[];
}

/** One machine's process killed so many times, at each boundary in turn, then left alone; and what the school has in the end. */
export async function killRecorder({ school, folder, kills }: { school: SchoolServer; folder: string; kills: number }): Promise<Outcome> {
  const token = (await school.signIn('both')).tokens?.accessToken ?? '';
  const client = schoolClient(school.url, token);
  const timeline = (await client.ask('/api/lessons/making-tea')).json<{ timeline_id: string }>().timeline_id;
  const stored = new Map<string, number>();
  let killed = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    const boundary = Math.floor(kill * 7.3) % boundaries;
    const { said, signal } = await record([folder, school.url, token, timeline, `sitting-${kill}`, String(boundary)]);
    if (signal === 'SIGKILL') killed += 1;
    for (const [, sessionId = '', ms] of said.matchAll(/stored (\S+) (\d+)/g)) stored.set(sessionId, Number(ms));
  }
  const { said } = await record([folder, school.url, token, timeline, 'the-last', 'never']);
  const rows = (await client.ask('/api/progress')).json<{ progress: { lesson_id: string; sessions: { session_id: string; watched_ms: number }[] }[] }>();
  const known = new Map(rows.progress.find(({ lesson_id: id }) => id === 'making-tea')?.sessions.map(({ session_id: id, watched_ms: ms }) => [id, ms]) ?? []);
  const lost = [...stored].filter(([sessionId, ms]) => (known.get(sessionId) ?? 0) < ms).map(([sessionId, ms]) => `${sessionId}: ${known.get(sessionId) ?? 0} of ${ms} ms`);
  // The report after the last one said may have been written; nothing beyond it was ever watched.
  const invented = [...known].filter(([sessionId, ms]) => ms > (stored.get(sessionId) ?? 0) + 250).map(([sessionId, ms]) => `${sessionId}: ${ms} ms nobody watched`);
  const integrity = [join(folder, 'ledger.db'), join(school.folder, 'school.db')].map((file) => {
    const database = new Database(file, { readonly: true });
    const word = String(database.pragma('integrity_check', { simple: true }));
    database.close();
    return word;
  });
  return { killed, stored: stored.size, wrong: [...lost, ...invented], waiting: /waiting (\d+)/.exec(said)?.[1] ?? said, integrity };
}

function record(args: readonly string[]): Promise<{ said: string; signal: string | null }> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [recorder, ...args], (error, stdout, stderr) => {
      const signal = error?.signal ?? null;
      if (error && signal === null) return reject(new Error(`The recorder failed: ${stderr}`, { cause: error }));
      resolve({ said: stdout, signal });
    });
  });
}
