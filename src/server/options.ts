import { parseArgs } from 'node:util';
import { z } from 'zod';

export const optionsSchema = z.object({
  port: z.coerce.number().int().min(0).max(65535).default(8000),
  host: z.string().min(1).default('127.0.0.1'),
  data: z.string().min(1),
  demoSchool: z.string().min(1).optional(),
  accessLog: z.string().min(1).optional(),
  uploadQuota: z.coerce.number().positive().max(1_000_000).default(20),
  logLevel: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
});
export type ServerOptions = z.infer<typeof optionsSchema>;

interface Flag {
  readonly key: keyof ServerOptions;
  readonly flag: string;
  readonly env: string;
  readonly help: string;
}

const flags: readonly Flag[] = [
  { key: 'data', flag: 'data', env: 'TEACHIFY_SERVER_DATA', help: 'folder for database, keys and media (default: ./data)' },
  { key: 'port', flag: 'port', env: 'TEACHIFY_SERVER_PORT', help: 'port to listen on, 0 for any free one (default: 8000)' },
  { key: 'host', flag: 'host', env: 'TEACHIFY_SERVER_HOST', help: 'address to listen on (default: 127.0.0.1, this machine only)' },
  { key: 'demoSchool', flag: 'demo-school', env: 'TEACHIFY_DEMO_SCHOOL', help: 'folder of an encoded school to publish at start' },
  { key: 'accessLog', flag: 'access-log', env: 'TEACHIFY_SERVER_ACCESS_LOG', help: 'file for one JSON line per request: method, path, range, status, bytes' },
  { key: 'uploadQuota', flag: 'upload-quota', env: 'TEACHIFY_SERVER_UPLOAD_QUOTA', help: 'GiB of uploads that may wait per teacher (default: 20)' },
  { key: 'logLevel', flag: 'log-level', env: 'TEACHIFY_SERVER_LOG_LEVEL', help: 'fatal, error, warn, info, debug or silent (default: info)' },
];

/** The text of --help. */
export function helpText(): string {
  const rows = flags.map(({ flag, env, help }) => `  --${flag.padEnd(12)} ${env.padEnd(28)} ${help}`);
  return ['Usage: teachify-server [serve] [flags]', '       teachify-server add-lesson --help', '', 'Each flag may come from the environment instead:', ...rows, '', '  --help'].join('\n');
}

/** Flags first, then the environment, then defaults. `'help'` when asked for; throws with a sentence when something does not fit. */
export function readOptions(argv: readonly string[], env: NodeJS.ProcessEnv): ServerOptions | 'help' {
  const names = Object.fromEntries(flags.map(({ flag }) => [flag, { type: 'string' as const }]));
  const { values } = parseArgs({ args: [...argv], options: { ...names, help: { type: 'boolean' as const } } });
  if (values.help) return 'help';
  const given = flags.flatMap(({ key, flag, env: name }) => {
    const value = (values as Record<string, string | boolean | undefined>)[flag] ?? env[name];
    return value === undefined || value === '' ? [] : [[key, value] as const];
  });
  const parsed = optionsSchema.safeParse({ data: 'data', ...Object.fromEntries(given) });
  if (parsed.success) return parsed.data;
  throw new Error(parsed.error.issues.map(({ path, message }) => `${sourceOf(path[0])}: ${message}`).join('; '));
}

function sourceOf(key: PropertyKey | undefined): string {
  const found = flags.find((one) => one.key === key);
  return found ? `--${found.flag} (${found.env})` : String(key);
}
