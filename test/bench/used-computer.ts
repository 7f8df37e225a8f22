import { copyFile, mkdtemp, rm } from 'node:fs/promises';
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

/** A new folder for a peer's own use, with copies of some files in it. */
export async function peerFolder(files: readonly string[]): Promise<{ folder: string; close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'teachify-peer-'));
  for (const file of files) await copyFile(file, join(folder, file.slice(file.lastIndexOf('/') + 1)));
  return { folder, close: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }) };
}
