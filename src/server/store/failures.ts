/** What a database says when it is not there: connection exceptions, shutting down, starting up, full, no primary any more (SQLSTATE, and Node's own). */
const awayCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENOTFOUND', 'EAI_AGAIN', '57P01', '57P02', '57P03', '53300', '25006']);

/** The database is away or coming back: the same may be asked again in a moment. */
export function isAway(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== null && (awayCodes.has(code) || code.startsWith('08'))) return true;
  return error instanceof Error && /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error)/.test(error.message);
}

/** SQLite's file is held by another process for longer than this one waits. */
export function isBusy(error: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED)/.test(codeOf(error) ?? '');
}

/** What was given cannot be a value of that column: too long, out of range, a NUL in a text. PostgreSQL refuses it, SQLite takes it. */
export function isUnfit(error: unknown): boolean {
  return codeOf(error)?.startsWith('22') === true && codeOf(error)?.length === 5;
}

/** Two transactions stood in each other's way and this one was chosen to begin again. */
export function isCollision(error: unknown): boolean {
  return ['40001', '40P01'].includes(codeOf(error) ?? '');
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** A replica that has not had the newest tables yet, or took a query back to keep up with its primary. */
export function isBehind(error: unknown): boolean {
  return ['42P01', '42703', '40001'].includes(codeOf(error) ?? '');
}
