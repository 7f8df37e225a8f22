import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { openKeyring } from '../harness/keyring.ts';
import { openWorld } from '../harness/world.ts';

/** A student's computer with one lesson taken home, and no school to be reached. */
export interface UsedComputer {
  readonly dataFolder: string;
  /** For the app: where its data is, and a school that is gone. */
  readonly env: Readonly<Record<string, string>>;
  readonly flags: readonly string[];
  close(): Promise<void>;
}

/** @param school folder of an encoded school */
export async function useComputer({ school, course, lesson, quality }: { school: string; course: string; lesson: string; quality: string }): Promise<UsedComputer> {
  const keyring = await openKeyring();
  const world = await openWorld({ school, env: { ...keyring?.env }, args: [...(keyring?.flags ?? [])] });
  const seat = await world.seat('bench');
  const desk = await seat.sitDown();
  await desk.student.signInAsDemo();
  await desk.student.openCourse(course);
  await desk.page.getByRole('button', { name: new RegExp(`^Download ${lesson}, ${quality}`) }).click();
  await expect(desk.page.getByRole('button', { name: new RegExp(`^${lesson}: on this computer`) })).toBeVisible({ timeout: 60_000 });
  await desk.close();
  await world.server.stop();
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
