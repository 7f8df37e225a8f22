import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { SettingsFile } from './ports.ts';

/** Settings as a JSON file, written whole: a reader sees the old one or the new one. */
export function jsonSettingsFile(path: string, now: () => number): SettingsFile {
  return {
    read: () => (existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as unknown) : undefined),
    write: (settings) => {
      writeFileSync(`${path}.new`, `${JSON.stringify(settings, null, 2)}\n`, { flush: true });
      renameSync(`${path}.new`, path);
    },
    setAside: () => renameSync(path, `${path}.damaged-${new Date(now()).toISOString().slice(0, 19).replaceAll(/[:T]/g, '-')}`),
  };
}
