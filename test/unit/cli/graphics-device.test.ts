import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findGraphicsDevice } from '../../../src/cli/graphics-device.ts';

it('says of a graphics card what can be seen without a window, and no more', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'teachify-dri-'));
  try {
    expect(await findGraphicsDevice('linux', join(folder, 'none'))).toEqual({ kind: 'none' });
    // A screen's own node says nothing of decoding.
    writeFileSync(join(folder, 'card0'), '');
    expect(await findGraphicsDevice('linux', folder)).toEqual({ kind: 'none' });
    writeFileSync(join(folder, 'renderD128'), '');
    expect(await findGraphicsDevice('linux', folder)).toEqual({ kind: 'usable', name: 'renderD128' });
    expect(await findGraphicsDevice('win32', folder)).toEqual({ kind: 'unknown' });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
