export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogFields = Readonly<Record<string, unknown>>;

/** Structured log lines. Never handed tokens, keys, passwords or e-mail addresses. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** The same log with fields added to every line. */
  child(fields: LogFields): Logger;
}

/** One JSON object a line to `write`. Errors among the fields become name, code, message and stack. */
export function jsonLogger(write: (line: string) => void, now: () => number, fields: LogFields = {}): Logger {
  const log = (level: LogLevel) => (message: string, more: LogFields = {}) => {
    const line = { time: new Date(now()).toISOString(), level, message, ...fields, ...more };
    write(`${JSON.stringify(line, (_, value: unknown) => (value instanceof Error ? plainError(value) : value))}\n`);
  };
  return {
    debug: log('debug'),
    info: log('info'),
    warn: log('warn'),
    error: log('error'),
    child: (more) => jsonLogger(write, now, { ...fields, ...more }),
  };
}

export function silentLogger(): Logger {
  return jsonLogger(() => {}, () => 0);
}

function plainError(error: Error): LogFields {
  const code = 'code' in error ? { code: error.code } : {};
  return { name: error.name, ...code, message: error.message, stack: error.stack, ...(error.cause ? { cause: error.cause } : {}) };
}
