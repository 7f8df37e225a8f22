import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jsonLogger } from '../../../../src/core/base/logger.ts';
import { openDatabases } from '../../../../src/core/database/databases.ts';
import { repairLedger } from '../../../../src/core/database/repair-ledger.ts';
import { damagePages, pageCount } from '../../../harness/damage.ts';
import { temporaryFolder } from '../../../harness/temporary-folder.ts';

/** A folder that was used and closed; `rows` posters fill content.db. */
function usedFolder(rows = 0): string {
  const folder = temporaryFolder();
  const databases = openDatabases(folder);
  databases.ledger.prepare("INSERT INTO device (one, id) VALUES (1, 'this one')").run();
  const insert = databases.content.prepare('INSERT INTO posters (id, server, path, bytes) VALUES (?, ?, ?, ?)');
  for (let index = 0; index < rows; index++) insert.run(`poster-${index}`, 'https://school.example', '/p', Buffer.alloc(1000, index));
  databases.close();
  return folder;
}

async function holdInAnotherProcess(folder: string) {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../../harness/hold-folder.ts'), folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

describe('openDatabases', () => {
  it('makes both databases and finds them again', () => {
    const folder = usedFolder();
    const { ledger, close } = openDatabases(folder);
    expect(ledger.prepare('SELECT id FROM device').pluck().get()).toBe('this one');
    expect(ledger.pragma('synchronous', { simple: true })).toBe(2);
    close();
  });

  it('is refused while the folder is open, and not after', () => {
    const folder = usedFolder();
    const first = openDatabases(folder);
    expect(() => openDatabases(folder)).toThrow(expect.objectContaining({ code: 'data_folder_in_use' }));
    first.close();
    openDatabases(folder).close();
  });

  it('is refused while another process has it, and free again when that one is killed', async () => {
    const folder = temporaryFolder();
    const child = await holdInAnotherProcess(folder);
    expect(() => openDatabases(folder)).toThrow(expect.objectContaining({ code: 'data_folder_in_use' }));
    child.kill('SIGKILL');
    await once(child, 'exit');
    const { ledger, close } = openDatabases(folder);
    expect(ledger.prepare('SELECT id FROM device').pluck().get()).toBe('held');
    close();
  });

  it.each(['damaged pages', 'not a database', 'cut short'])('sets a content.db aside and begins afresh: %s', (kind) => {
    const folder = usedFolder(400);
    const file = join(folder, 'content.db');
    if (kind === 'damaged pages') damagePages(file, [1, 2]);
    if (kind === 'not a database') writeFileSync(file, 'A page of a web site, saved over it.'.repeat(1000));
    if (kind === 'cut short') truncateSync(file, 20_000);
    if (kind === 'cut short') writeFileSync(`${file}-wal`, 'what a crash left'); // only then it is looked through
    const damaged = readFileSync(file);
    const lines: string[] = [];
    const { ledger, content, close } = openDatabases(folder, { logger: jsonLogger((line) => lines.push(line), () => 0), now: () => 0 });
    expect(content.prepare('SELECT count(*) FROM posters').pluck().get()).toBe(0);
    expect(ledger.prepare('SELECT id FROM device').pluck().get()).toBe('this one');
    expect(readFileSync(join(folder, 'content.db.damaged-1970-01-01-00-00-00'))).toEqual(damaged);
    expect(lines.join('')).toContain('content.db was damaged');
    close();
  });

  it.each(['damaged pages', 'not a database', 'cut short'])('leaves a damaged ledger.db alone and says which: %s', (kind) => {
    const folder = usedFolder();
    const file = join(folder, 'ledger.db');
    if (kind === 'damaged pages') damagePages(file, [pageCount(file) - 1, pageCount(file)]);
    if (kind === 'not a database') writeFileSync(file, 'nonsense');
    if (kind === 'cut short') truncateSync(file, 9000);
    const before = readFileSync(file);
    for (const _ of ['once', 'twice']) {
      expect(() => openDatabases(folder)).toThrow(expect.objectContaining({ code: 'database_damaged', details: { database: 'ledger' } }));
    }
    expect(readFileSync(file)).toEqual(before);
    expect(readdirSync(folder).filter((name) => name.includes('damaged'))).toEqual([]);
  });

  it.each(['emptied', 'one byte', 'gone'])('a ledger.db that is %s while its copy is there is damage, and the copy brings back what it knows', (kind) => {
    const folder = usedFolder();
    rmSync(join(folder, 'ledger-copy.db'));
    openDatabases(folder).close();
    if (kind !== 'gone') truncateSync(join(folder, 'ledger.db'), kind === 'emptied' ? 0 : 1);
    else rmSync(join(folder, 'ledger.db'));
    const copy = readFileSync(join(folder, 'ledger-copy.db'));
    for (const _ of ['once', 'twice']) expect(() => openDatabases(folder)).toThrow(expect.objectContaining({ code: 'database_damaged', details: { database: 'ledger' } }));
    expect(readFileSync(join(folder, 'ledger-copy.db')).equals(copy)).toBe(true);
    repairLedger(folder);
    const { ledger, close } = openDatabases(folder);
    expect(ledger.prepare('SELECT id FROM device').pluck().get()).toBe('this one');
    close();
  });

  it('opens through a lock.db that holds nonsense', () => {
    const folder = usedFolder();
    writeFileSync(join(folder, 'lock.db'), 'x'.repeat(5000));
    const { ledger, close } = openDatabases(folder);
    expect(ledger.pragma('integrity_check', { simple: true })).toBe('ok');
    close();
  });
});
