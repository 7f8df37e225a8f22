import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder of its own for the test that asks, gone after it. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'teachify-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** One for all tests of a file; `remove` it in afterAll. */
export function lastingFolder(): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'teachify-test-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
