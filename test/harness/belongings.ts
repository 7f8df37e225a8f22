import { readdirSync } from 'node:fs';
import { copyFile, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openConnection } from '../../src/core/database/connection.ts';

/** What a student must not lose, as the data folder's own books tell it. */
export interface Belongings {
  /** Verified bytes by file. */
  readonly files: Readonly<Record<string, number>>;
  /** What was watched and no server acknowledged yet: the bodies of its events, in order. */
  readonly outbox: readonly string[];
}

/** Reads copies of the books, so the app may be running. */
export async function belongingsIn(dataFolder: string): Promise<Belongings> {
  const files = await query<{ id: string; verified_bytes: number }>(dataFolder, 'content.db', 'SELECT id, verified_bytes FROM files WHERE verified_bytes > 0');
  const events = await query<{ body: string }>(dataFolder, 'ledger.db', 'SELECT body FROM outbox ORDER BY sequence');
  return { files: Object.fromEntries(files.map(({ id, verified_bytes }) => [id, verified_bytes])), outbox: events.map(({ body }) => body) };
}

/** Lessons that are here whole, by id. */
export async function readyIn(dataFolder: string): Promise<string[]> {
  const rows = await query<{ lesson_id: string }>(dataFolder, 'content.db', "SELECT lesson_id FROM downloads WHERE state = 'ready' ORDER BY lesson_id");
  return rows.map(({ lesson_id }) => lesson_id);
}

/** The refresh token of the student who is here, as the keychain wrapped it. */
export async function refreshTokenIn(dataFolder: string): Promise<Buffer> {
  const [row] = await query<{ refresh_token: Buffer | null }>(dataFolder, 'ledger.db', 'SELECT refresh_token FROM accounts WHERE current = 1');
  if (!row?.refresh_token) throw new Error('No refresh token is kept here');
  return row.refresh_token;
}

async function query<Row>(dataFolder: string, name: string, sql: string): Promise<Row[]> {
  const copy = await mkdtemp(join(tmpdir(), 'teachify-books-'));
  try {
    for (const suffix of ['', '-wal']) await copyFile(join(dataFolder, name + suffix), join(copy, name + suffix)).catch(() => {});
    const database = openConnection({ file: join(copy, name), durability: 'normal' });
    try {
      return database.prepare<[], Row>(sql).all();
    } finally {
      database.close();
    }
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

/** Files with stored bytes, blocks of lessons. */
export function blockFiles(dataFolder: string): string[] {
  return readdirSync(join(dataFolder, 'content'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.blk'))
    .map((name) => join(dataFolder, 'content', name));
}

/** Turns one bit over, as a failing disk does. */
export async function flipBit(file: string, offset: number): Promise<void> {
  const handle = await open(file, 'r+');
  const byte = Buffer.alloc(1);
  await handle.read(byte, 0, 1, offset);
  byte.writeUInt8((byte[0] ?? 0) ^ 1);
  await handle.write(byte, 0, 1, offset);
  await handle.close();
}
