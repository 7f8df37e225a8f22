import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mountFuse } from './fuse.ts';

/** A disk under a virus scanner, which answers EBUSY for a block it looks at. */
export interface ScannedDisk {
  readonly folder: string;
  /** How long the scanner looks at what was written, in seconds; or it holds every block. */
  scan(rule: number | 'always'): void;
  close(): Promise<void>;
}

export async function mountScannedDisk(folder: string): Promise<ScannedDisk> {
  const [live, mount, rule] = ['live', 'mount', 'rule'].map((name) => join(folder, name)) as [string, string, string];
  for (const place of [live, mount]) mkdirSync(place);
  const scan = (seconds: number | 'always') => writeFileSync(rule, String(seconds));
  scan(0);
  return { folder: mount, scan, close: await mountFuse('scanned.py', live, rule, mount) };
}
