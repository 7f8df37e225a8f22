import Database from 'better-sqlite3';
import { copyFile, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { openKeyring } from '../harness/keyring.ts';
import { openWorld } from '../harness/world.ts';

interface Used {
  /** Folder of an encoded school. */
  readonly school: string;
  readonly course: string;
  readonly lesson: string;
  readonly quality: string;
  /** The line to the school once the lesson is here; without one the school is gone. */
  readonly line?: { readonly bitsPerSecond: number; readonly latencyMs: number };
}

/** A student's computer with one lesson taken home. */
export interface UsedComputer {
  readonly dataFolder: string;
  /** For the app: where its data is, and where its school is or was. */
  readonly env: Readonly<Record<string, string>>;
  readonly flags: readonly string[];
  close(): Promise<void>;
}

/** Signs in, takes the lesson home, and leaves. */
export async function useComputer({ school, course, lesson, quality, line }: Used): Promise<UsedComputer> {
  const keyring = await openKeyring();
  const world = await openWorld({ school, env: { ...keyring?.env }, args: [...(keyring?.flags ?? [])] });
  const seat = await world.seat('bench');
  const desk = await seat.sitDown();
  await desk.student.signInAsDemo();
  await desk.student.openCourse(course);
  await desk.page.getByRole('button', { name: new RegExp(`^Download ${lesson}, ${quality}`) }).click();
  await expect(desk.page.getByRole('button', { name: new RegExp(`^${lesson}: on this computer`) })).toBeVisible({ timeout: 60_000 });
  await desk.close();
  if (line) {
    world.line.setBandwidth(line.bitsPerSecond);
    world.line.setLatency(line.latencyMs);
  } else await world.server.stop();
  return {
    dataFolder: seat.folder,
    env: { ...keyring?.env, TEACHIFY_DATA: seat.folder, VITE_API_URL: world.line.url },
    flags: keyring?.flags ?? [],
    close: async () => {
      await world.close();
      await keyring?.close();
    },
  };
}

/** Copies a used computer's data folder to `to`, with so many more lessons in its catalogue; they stand in the queue too when `queued`. */
export async function copyWithLessons(dataFolder: string, to: string, { lessons, queued = false }: { lessons: number; queued?: boolean }): Promise<void> {
  await cp(dataFolder, to, { recursive: true });
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
}

/** A new folder for a peer's own use, with copies of some files in it. */
export async function peerFolder(files: readonly string[]): Promise<{ folder: string; close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'teachify-peer-'));
  for (const file of files) await copyFile(file, join(folder, file.slice(file.lastIndexOf('/') + 1)));
  return { folder, close: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }) };
}
