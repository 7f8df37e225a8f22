import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { BlockFiles } from '../../../../src/core/content/block-files.ts';
import { claimFolder } from '../../../../src/core/content/block-folder.ts';
import { Committer } from '../../../../src/core/content/committer.ts';
import { StoredFile } from '../../../../src/core/content/stored-file.ts';
import { manualClock, type ManualClock } from '../../../harness/manual-clock.ts';
import { temporaryFolder } from '../../../harness/temporary-folder.ts';

const pieceBytes = 300_000;

let clock: ManualClock;
let committer: Committer;
let files: BlockFiles;
let file: StoredFile;
/** Batches that were committed, as the pieces in them. */
let commits: number[][];
beforeEach(async () => {
  clock = manualClock();
  commits = [];
  const folder = join(temporaryFolder(), 'blocks');
  await claimFolder(folder);
  const pieces = Array.from({ length: 20 }, (_, index) => ({ offset: index * pieceBytes, length: pieceBytes, durationUs: 1, sha256: null }));
  file = new StoredFile({ id: 'ab12', bytes: 20 * pieceBytes, pieces, origin: { kind: 'published' } }, undefined);
  files = new BlockFiles(folder);
  committer = new Committer({ files, clock, commit: async (batch) => void commits.push([...batch.values()].flat()) });
});

async function write(piece: number, urgent = false): Promise<{ durable: Promise<void> }> {
  const block = await committer.use(file, file.blockOf(piece));
  await block.write([Buffer.alloc(pieceBytes, piece)], piece * pieceBytes);
  const durable = committer.add(file, piece, block, urgent);
  await block.giveBack();
  return { durable };
}

it('gathers what little comes for two seconds and commits it as one', async () => {
  const first = await write(0);
  await clock.advance(1_500);
  const second = await write(1);
  expect(commits).toEqual([]);
  await clock.advance(500);
  await Promise.all([first.durable, second.durable]);
  expect(commits).toEqual([[0, 1]]);
});

it('commits each mebibyte, but a fast line not more than five times a second', async () => {
  const written = [];
  for (let piece = 0; piece < 4; piece++) written.push(await write(piece));
  await Promise.all(written.map(({ durable }) => durable));
  expect(commits).toEqual([[0, 1, 2, 3]]);
  for (let piece = 4; piece < 16; piece++) written.push(await write(piece));
  expect(commits).toHaveLength(1);
  await clock.advance(200);
  await Promise.all(written.map(({ durable }) => durable));
  expect(commits).toHaveLength(2);
  expect(commits[1]).toHaveLength(12);
});

it('makes a piece durable at once that somebody waits to see', async () => {
  await write(0);
  const { durable } = await write(1, true);
  await durable;
  expect(commits).toEqual([[0, 1]]);
});

it('a batch whose sync fails is not committed, and who waits for it is told', async () => {
  const { durable } = await write(0);
  const told = durable.catch((error: unknown) => error);
  const failing = await committer.use(file, file.blockOf(1));
  // A handle closed under us stands for a disk that is gone.
  await (await failing.open.handle).close();
  await committer.flush().catch(() => {});
  expect(await told).toMatchObject({ code: 'disk_failed' });
  expect(commits).toEqual([]);
});

it('a block that was removed is opened anew, though what came before still waits for its sync', async () => {
  const before = await committer.use(file, file.blockOf(0));
  await before.write([Buffer.alloc(1_000, 1)], 0);
  committer.note(file, before);
  await before.giveBack();
  await files.remove('ab12');
  committer.forget('ab12');
  const { durable } = await write(0, true);
  await durable;
  expect(await files.read('ab12', 0, 0, pieceBytes)).toEqual(Buffer.alloc(pieceBytes, 0));
});
