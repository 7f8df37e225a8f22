import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openStore } from '../../../src/server/store/database.ts';
import { createUploads } from '../../../src/server/uploads/uploads.ts';
import { lastingFolder } from '../../harness/temporary-folder.ts';

const { folder, remove } = lastingFolder();
afterAll(remove);

/** A file system of its own, as a network folder is that workers on other machines share. */
const elsewhere = '/dev/shm';
const isElsewhere = existsSync(elsewhere) && statSync(elsewhere).dev !== statSync(tmpdir()).dev;

/** An upload that is whole, as a server left it. */
async function whole(uploads: string, owner: string, bytes: string): Promise<string> {
  const id = randomUUID();
  await mkdir(uploads, { recursive: true });
  await writeFile(join(uploads, id), bytes);
  await writeFile(join(uploads, `${id}.json`), JSON.stringify({ id, size: bytes.length, offset: 0, metadata: { owner }, creation_date: new Date().toISOString() }));
  return id;
}

it.runIf(isElsewhere)('what lessons are made of may lie on another disk than uploads: the bytes go there whole, and their place is free again', async () => {
  const sources = mkdtempSync(join(elsewhere, 'teachify-sources-'));
  const place = join(folder, 'uploads');
  const id = await whole(place, 'ada', 'a film');
  const database = await openStore(join(folder, 'school.db'));
  const uploads = await createUploads({ folder: place, quota: 100, path: '/api/uploads', database, now: () => Date.now() });
  try {
    await uploads.take(id, 'ada', join(sources, 'lesson', 'video'));
    expect(readFileSync(join(sources, 'lesson', 'video'), 'utf8')).toBe('a film');
    expect([await readdir(place), await readdir(join(sources, 'lesson'))]).toEqual([[], ['video']]);
    expect(await database.selectFrom('upload_reservations').selectAll().execute()).toEqual([]);
  } finally {
    await database.destroy();
    rmSync(sources, { recursive: true, force: true });
  }
});

it('what cannot be taken stays, and keeps its place', async () => {
  const place = join(folder, 'others');
  const id = await whole(place, 'ada', 'a film');
  const database = await openStore(join(folder, 'other.db'));
  const uploads = await createUploads({ folder: place, quota: 100, path: '/api/uploads', database, now: () => Date.now() });
  await mkdir(join(folder, 'taken', 'video', 'full'), { recursive: true });
  await expect(uploads.take(id, 'ada', join(folder, 'taken', 'video'))).rejects.toThrow();
  expect(readFileSync(await uploads.fileOf(id, 'ada'), 'utf8')).toBe('a film');
  expect((await database.selectFrom('upload_reservations').selectAll().execute()).map((one) => [one.id, Number(one.bytes)])).toEqual([[id, 6]]);
  await database.destroy();
});
