import { createWriteStream, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { jsonLogger, type Logger } from '../../core/base/logger.ts';

const maxBytes = 5 * 1024 * 1024;

/** One JSON line a message in `logs/app.log`; the one before is kept as app.old.log. */
export function openLog(folder: string): Logger {
  const file = join(folder, 'logs', 'app.log');
  mkdirSync(join(folder, 'logs'), { recursive: true });
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > maxBytes) renameSync(file, join(folder, 'logs', 'app.old.log'));
  const stream = createWriteStream(file, { flags: 'a' });
  // A full disk must not take the app down through its log.
  stream.on('error', () => {});
  return jsonLogger((line) => stream.write(line), () => Date.now());
}
