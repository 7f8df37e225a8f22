import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { settingsSchema } from '../../shared/models/settings.ts';
import { diskError } from '../base/disk-error.ts';

/**
 * Before settings.json is opened: one that is not what was written is kept under another name, and what can be read of it
 * takes its place, so that a flipped bit costs one setting and not the folder of the lessons or the lock of a shared computer.
 * Throws disk_denied, disk_failed, disk_full.
 */
export function mendSettings(file: string, now: number): void {
  const text = read(file);
  if (text === null || isObject(text)) return;
  try {
    renameSync(file, `${file}.damaged-${new Date(now).toISOString().slice(0, 19).replaceAll(/[:T]/g, '-')}`);
    const readable = readableFields(text);
    if (Object.keys(readable).length > 0) writeFileSync(file, JSON.stringify(readable, undefined, '\t'), { flush: true });
  } catch (error) {
    throw diskError(error);
  }
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw diskError(error);
  }
}

function isObject(text: string): boolean {
  const value = parsed(text);
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The file is written with a field a line, and a student's own one step further in. */
function readableFields(text: string): Record<string, unknown> {
  const names = new Set([...Object.keys(settingsSchema.shape)]);
  const fields: Record<string, unknown> = {};
  const students: Record<string, Record<string, unknown>> = {};
  let own: Record<string, unknown> | null = null;
  for (const line of text.split(/\r?\n/)) {
    const begun = /^\t\t("(?:[^"\\]|\\.)+"): \{$/.exec(line)?.[1];
    const account = begun === undefined ? undefined : parsed(begun);
    if (typeof account === 'string' && account !== '__proto__') own = students[account] = {};
    const [, depth = '', name = '', value = ''] = /^(\t{1,3})"(\w+)": (.+?),?$/.exec(line) ?? [];
    const into = depth.length === 1 ? fields : depth.length === 3 ? own : null;
    const known = into && names.has(name) ? parsed(value) : undefined;
    if (into && known !== undefined) into[name] = known;
  }
  return Object.keys(students).length > 0 ? { ...fields, students } : fields;
}

/** Undefined for what is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
