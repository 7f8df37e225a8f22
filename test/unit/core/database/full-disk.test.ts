import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabases } from '../../../../src/core/database/databases.ts';
import { openSmallDisk, type SmallDisk } from '../../../harness/small-disk.ts';

let disk: SmallDisk | null = null;
beforeEach(async () => void (disk = await openSmallDisk(96)));
afterEach(async () => disk?.close());

describe('openDatabases on a disk that others filled to the last byte', () => {
  it('opens, and has room for what a student does to make more', async (context) => {
    if (!disk) return context.skip('mounting a small disk needs Linux and root');
    openDatabases(disk.folder).close();
    disk.fill();
    expect(statfsSync(disk.folder).bavail).toBe(0);
    const { ledger, content, close } = openDatabases(disk.folder);
    ledger.prepare("INSERT INTO device (one, id) VALUES (1, 'this one')").run();
    content.prepare("INSERT INTO posters (id, server, path, bytes) VALUES ('a', 'b', 'c', zeroblob(1000))").run();
    close();
  });

  it('says that the disk is full when even the room kept for that day is gone, and works when there is some', async (context) => {
    if (!disk) return context.skip('mounting a small disk needs Linux and root');
    openDatabases(disk.folder).close();
    disk.fill();
    openDatabases(disk.folder).close();
    const more = join(disk.folder, 'more');
    fillUp(more);
    expect(() => openDatabases(disk?.folder ?? '')).toThrow(expect.objectContaining({ code: 'disk_full' }));
    rmSync(more);
    openDatabases(disk.folder).close();
  });
});

function fillUp(file: string): void {
  try {
    writeFileSync(file, Buffer.alloc(8 * 1024 * 1024));
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' });
  }
}
