import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { openRawServer, type RawServer } from '../harness/raw-server.ts';
import { keep } from './comparison.ts';

const program = join(import.meta.dirname, 'throughput/take-pieces.ts');
const usualPieceBytes = 112_000;

/** A file that does not compress, behind a server that counts what it sends and breaks off when told. */
export interface ServedFile {
  readonly server: RawServer;
  /** Below the server's address. */
  readonly path: string;
  readonly sha256: string;
  readonly size: number;
  readonly pieceBytes: number;
}

export async function serveFile(pieces: number, pieceBytes = usualPieceBytes): Promise<ServedFile> {
  const size = pieces * pieceBytes;
  const bytes = new Uint8Array(size);
  for (let at = 0, block = createHash('sha256').update('filler').digest(); at < size; at += 32) {
    bytes.set(block.subarray(0, Math.min(32, size - at)), at);
    block = createHash('sha256').update(block).digest();
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const piecesOf = Array.from({ length: pieces }, (_, index) => bytes.subarray(index * pieceBytes, (index + 1) * pieceBytes));
  const hashes = piecesOf.map((piece) => createHash('sha256').update(piece).digest('hex'));
  const server = await openRawServer();
  const path = `/media/${sha256}`;
  server.files.set(path, { bytes });
  for (const [index, piece] of piecesOf.entries()) server.files.set(`/piece/${index}`, { bytes: piece });
  server.otherwise = async () => ({ status: 200, headers: {}, body: Buffer.from(JSON.stringify(hashes)) });
  return { server, path, sha256, size, pieceBytes };
}

/** Our side, in a process of its own: the piece store takes the file into a folder. */
export function take(folder: string, { server, sha256, pieceBytes }: ServedFile): ChildProcessByStdio<null, Readable, null> {
  return spawn(process.execPath, [program, folder, server.url, sha256, String(pieceBytes)], { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Its exit status; what it says is not read. */
export async function finish(child: ChildProcessByStdio<null, Readable, null>): Promise<number | null> {
  child.stdout.resume();
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

/** Every block's bytes, hashed as one file. */
export async function hashOfBlocks(folder: string): Promise<string> {
  const names = (await readdir(join(folder, 'blocks'), { recursive: true })).filter((name) => name.endsWith('.blk'));
  const numberOf = (name: string) => Number(/(\d+)\.blk$/.exec(name)?.[1]);
  const hash = createHash('sha256');
  for (const name of names.toSorted((a, b) => numberOf(a) - numberOf(b))) hash.update(await readFile(join(folder, 'blocks', name)));
  return hash.digest('hex');
}

/** Prints figures and keeps them in out/bench.json. */
export async function report(name: string, facts: Readonly<Record<string, number>>, notes: readonly string[]): Promise<void> {
  console.log(`\n${name}`);
  for (const [fact, value] of Object.entries(facts)) console.log(`  ${fact}: ${value.toFixed(2)}`);
  for (const note of notes) console.log(`  - ${note}`);
  await keep({ name, ...facts, notes });
}
