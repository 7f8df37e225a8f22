import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ElectronApplication } from '@playwright/test';

/** Numbered pictures of a story, kept as artefacts. */
export interface Album {
  readonly folder: string;
  /** The window as it is drawn, zoom and video included. */
  take(app: ElectronApplication, name: string): Promise<void>;
}

/** @param folder below the repository, `test-results/story`; emptied first */
export async function openAlbum(folder: string): Promise<Album> {
  const place = join(import.meta.dirname, '../..', folder);
  await rm(place, { recursive: true, force: true });
  await mkdir(place, { recursive: true });
  let number = 0;
  return {
    folder: place,
    take: async (app, name) => {
      const png = await app.evaluate(async ({ BrowserWindow }) => {
        const contents = BrowserWindow.getAllWindows()[0]?.webContents;
        // What a test has just seen in the page may not be drawn yet, nor its transitions be over.
        await contents?.executeJavaScript('new Promise((drawn) => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(drawn)), 300))');
        const image = await contents?.capturePage();
        return image?.toPNG().toString('base64') ?? '';
      });
      number += 1;
      await writeFile(join(place, `${String(number).padStart(2, '0')}-${name}.png`), Buffer.from(png, 'base64'));
    },
  };
}
