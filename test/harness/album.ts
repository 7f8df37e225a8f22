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
        const image = await BrowserWindow.getAllWindows()[0]?.webContents.capturePage();
        return image?.toPNG().toString('base64') ?? '';
      });
      number += 1;
      await writeFile(join(place, `${String(number).padStart(2, '0')}-${name}.png`), Buffer.from(png, 'base64'));
    },
  };
}
