import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openRawServer } from '../../harness/raw-server.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';

const takePieces = join(import.meta.dirname, '../../bench/throughput/take-pieces.ts');
const pieces = 60;
const pieceBytes = 60_000;

interface Call {
  readonly name: 'open' | 'write' | 'sync' | 'close';
  readonly path: string;
  /** The header of the frame that ends a transaction in a write-ahead log. */
  readonly commits: boolean;
}

/**
 * Whether a write to a write-ahead log is the header of a commit frame: 24 bytes, of which the second four say how large the
 * database is after the commit, and are nought in every other frame (SQLite file format, section 4.1).
 */
function isCommitFrame(call: string): boolean {
  const text = /^pwrite64\(\d+, "((?:[^"\\]|\\.)*)"(?:\.\.\.)?, 24, /.exec(call)?.[1];
  // strace writes a byte as itself, as a letter after a backslash, or in up to three octal digits.
  return (text?.match(/\\[0-7]{1,3}|\\.|./gs) ?? []).slice(4, 8).some((byte) => !/^\\0+$/.test(byte));
}

/** System calls on the files below a folder, in the order they came back. */
function callsOf(trace: string, folder: string): Call[] {
  const files = new Map<string, string>();
  const begun = new Map<string, string>();
  const calls: Call[] = [];
  for (const line of trace.split('\n')) {
    const [, pid = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    // A call that another thread interrupted is told in two lines.
    const unfinished = /^(.*) <unfinished \.\.\.>$/.exec(rest)?.[1];
    if (unfinished !== undefined) {
      begun.set(pid, unfinished);
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest)?.[1];
    const call = resumed === undefined ? rest : (begun.get(pid) ?? '') + resumed;
    const opened = /^openat\([^"]*"([^"]+)".*= (\d+)$/.exec(call);
    if (opened) {
      const [, path = '', fd = ''] = opened;
      if (path.startsWith(folder)) files.set(fd, path);
      else files.delete(fd);
      continue;
    }
    const [, name = '', fd = ''] = /^(pwrite64|pwritev|pwritev2|write|writev|fdatasync|fsync|close)\((\d+)/.exec(call) ?? [];
    const path = files.get(fd);
    if (!path) continue;
    if (name === 'close') files.delete(fd);
    calls.push({ name: name === 'close' ? 'close' : name.endsWith('sync') ? 'sync' : 'write', path, commits: path.endsWith('.db-wal') && isCommitFrame(call) });
  }
  return calls;
}

it('no bit is committed before the bytes it speaks for are synced', async ({ skip }) => {
  if (process.platform !== 'linux') return skip();
  try {
    execFileSync('strace', ['-V'], { stdio: 'ignore' });
  } catch {
    return skip();
  }
  const bytes = Buffer.alloc(pieces * pieceBytes);
  for (let at = 0, block = createHash('sha256').update('a').digest(); at < bytes.length; at += 32, block = createHash('sha256').update(block).digest()) block.copy(bytes, at);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const hashes = Array.from({ length: pieces }, (_, index) => createHash('sha256').update(bytes.subarray(index * pieceBytes, (index + 1) * pieceBytes)).digest('hex'));
  const server = await openRawServer();
  const folder = temporaryFolder();
  try {
    server.files.set(`/media/${sha256}`, { bytes });
    server.otherwise = async () => ({ status: 200, headers: {}, body: Buffer.from(JSON.stringify(hashes)) });
    // One connection at a time.
    const trace = join(folder, 'trace');
    const args = ['-f', '-qq', '-e', 'trace=openat,pwrite64,pwritev,pwritev2,write,writev,fdatasync,fsync,close', '-o', trace, process.execPath, takePieces, join(folder, 'data'), server.url, sha256, String(pieceBytes)];
    const startedAt = performance.now();
    const child = spawn('strace', args, { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, TEACHIFY_BENCH_POLITE: '1' } });
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(0);
    const seconds = (performance.now() - startedAt) / 1000;
    const calls = callsOf(readFileSync(trace, 'utf8'), join(folder, 'data'));
    const isBlock = ({ path }: Call) => path.endsWith('.blk');
    const written = calls.filter((call) => isBlock(call) && call.name === 'write').length;
    expect(written).toBeGreaterThan(3);

    let dirty = 0;
    let synced = 0;
    let order = '';
    for (const call of calls) {
      if (isBlock(call) && call.name === 'write') dirty += 1;
      if (isBlock(call) && call.name === 'sync') {
        synced += 1;
        dirty = 0;
      }
      // A block is let go only when all that was written to it is synced.
      if (isBlock(call) && call.name === 'close') expect(dirty).toBe(0);
      if (call.name === 'write' && isBlock(call)) order += 'w';
      if (call.name === 'sync' && isBlock(call)) order += 's';
      if (call.commits && call.path.endsWith('content.db-wal')) order += 'c';
    }
    // What comes while a commit is written belongs to the next one, so that a write may stand between a sync and its commit;
    // but whatever was written since the last commit, a sync stands before the next, and the last write has both after it.
    expect(order).toMatch(/w.*s.*c/);
    expect(order).not.toMatch(/(^|c)w+c/);
    expect(order).toMatch(/wc*s+c+s*c*$/);
    // At most one sync for each mebibyte or two seconds, and one for the end.
    expect(synced).toBeLessThanOrEqual(Math.ceil(bytes.length / 2 ** 20) + Math.ceil(seconds / 2) + 1);
    const syncedFolders = calls.filter(({ name, path }) => name === 'sync' && !/\.(blk|db|db-wal|db-shm|db-journal)$/.test(path)).length;
    expect(syncedFolders).toBeGreaterThanOrEqual(2);
  } finally {
    await server.close();
  }
});
