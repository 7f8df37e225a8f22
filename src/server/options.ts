import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { storageKindSchema } from './storage/open-storage.ts';

export const optionsSchema = z.object({
  port: z.coerce.number().int().min(0).max(65535).default(8000),
  host: z.string().min(1).default('127.0.0.1'),
  data: z.string().min(1),
  storage: storageKindSchema.optional(),
  s3Bucket: z.string().min(1).optional(),
  s3Endpoint: z.url({ protocol: /^https?$/ }).optional(),
  s3Region: z.string().min(1).default('us-east-1'),
  s3Prefix: z.string().regex(/^[A-Za-z0-9!_.*'()/-]*$/).default('media/'),
  cloudinaryUrl: z.string().startsWith('cloudinary://').optional(),
  mediaBaseUrl: z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, '')).optional(),
  accelRedirect: z.string().regex(/^\/[A-Za-z0-9._/-]*$/).optional(),
  databaseUrl: z.url({ protocol: /^postgres(ql)?$/, error: 'the address of a PostgreSQL: postgresql://user:password@host/database' }).optional(),
  trustProxy: z.string().regex(/^[A-Za-z0-9.:/, ]+$/, 'addresses or networks, with commas between').optional(),
  databaseReplicaUrl: z.url({ protocol: /^postgres(ql)?$/, error: 'the address of a PostgreSQL: postgresql://user:password@host/database' }).optional(),
  redisUrl: z.url({ protocol: /^rediss?$/, error: 'the address of a Redis: redis://user:password@host' }).optional(),
  demoSchool: z.string().min(1).optional(),
  accessLog: z.string().min(1).optional(),
  uploadQuota: z.coerce.number().positive().max(1_000_000).default(20),
  workers: z.coerce.number().int().min(0).max(16).default(1),
  sources: z.string().min(1).optional(),
  logLevel: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
});
export type ServerOptions = z.infer<typeof optionsSchema>;

interface Flag {
  readonly key: keyof ServerOptions;
  /** Null for a secret: every user of a machine sees the flags of its programs. */
  readonly flag: string | null;
  readonly env: string;
  readonly help: string;
}

const flags: readonly Flag[] = [
  { key: 'data', flag: 'data', env: 'TEACHIFY_SERVER_DATA', help: 'folder for database, keys and media (default: ./data)' },
  { key: 'port', flag: 'port', env: 'TEACHIFY_SERVER_PORT', help: 'port to listen on, 0 for any free one (default: 8000)' },
  { key: 'host', flag: 'host', env: 'TEACHIFY_SERVER_HOST', help: 'address to listen on (default: 127.0.0.1, this machine only)' },
  { key: 'storage', flag: 'storage', env: 'STORAGE', help: 'where the media of a new school go: folder, s3 or cloudinary (default: folder, in the data folder)' },
  { key: 's3Bucket', flag: 's3-bucket', env: 'S3_BUCKET', help: 'bucket for media; credentials as for every AWS program (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY ...)' },
  { key: 's3Endpoint', flag: 's3-endpoint', env: 'S3_ENDPOINT', help: 'address of an S3-compatible storage (default: Amazon)' },
  { key: 's3Region', flag: 's3-region', env: 'S3_REGION', help: 'region of the bucket (default: us-east-1)' },
  { key: 's3Prefix', flag: 's3-prefix', env: 'S3_PREFIX', help: 'before the name of each file in the bucket (default: media/)' },
  { key: 'cloudinaryUrl', flag: null, env: 'CLOUDINARY_URL', help: 'cloudinary://key:secret@cloud, for media in Cloudinary' },
  { key: 'mediaBaseUrl', flag: 'media-base-url', env: 'MEDIA_BASE_URL', help: 'where clients get media, followed by /<sha256>: a CDN before this server\'s /media or before the bucket' },
  { key: 'accelRedirect', flag: 'accel-redirect', env: 'ACCEL_REDIRECT', help: 'internal location under which an nginx before this server sends the files of the media folder' },
  { key: 'databaseUrl', flag: null, env: 'DATABASE_URL', help: 'postgresql://user:password@host/database: PostgreSQL to keep the school in (default: SQLite, school.db in the data folder)' },
  { key: 'trustProxy', flag: 'trust-proxy', env: 'TRUST_PROXY', help: 'addresses of the proxies before this server, as in loopback,10.0.0.0/8: whose word on a visitor is taken' },
  { key: 'databaseReplicaUrl', flag: null, env: 'DATABASE_REPLICA_URL', help: 'a replica of that PostgreSQL, for what only reads and may be seconds old: reports for teachers' },
  { key: 'redisUrl', flag: null, env: 'REDIS_URL', help: 'redis://user:password@host: Redis in which several servers of a school count their limits together, and keep what they describe to students' },
  { key: 'demoSchool', flag: 'demo-school', env: 'TEACHIFY_DEMO_SCHOOL', help: 'folder of an encoded school to publish at start' },
  { key: 'accessLog', flag: 'access-log', env: 'TEACHIFY_SERVER_ACCESS_LOG', help: 'file for one JSON line per request: method, path, range, status, bytes' },
  { key: 'uploadQuota', flag: 'upload-quota', env: 'TEACHIFY_SERVER_UPLOAD_QUOTA', help: 'GiB of uploads that may wait per teacher (default: 20)' },
  { key: 'workers', flag: 'workers', env: 'TEACHIFY_SERVER_WORKERS', help: 'lessons this process makes at a time; 0 leaves them to teachify-server worker (default: 1)' },
  { key: 'sources', flag: 'sources', env: 'TEACHIFY_SERVER_SOURCES', help: 'folder of what lessons are made of, for workers on other machines under the same path (default: sources in the data folder)' },
  { key: 'logLevel', flag: 'log-level', env: 'TEACHIFY_SERVER_LOG_LEVEL', help: 'fatal, error, warn, info, debug or silent (default: info)' },
];

/** Commands with a help of their own; the others are told of in one list. */
export const ownCommands = ['add-lesson', 'worker', 'backup', 'restore', 'migrate-storage'] as const;

/** The text of --help. */
export function helpText(): string {
  const rows = flags.map(({ flag, env, help }) => `  ${(flag === null ? '' : `--${flag}`).padEnd(18)} ${env.padEnd(28)} ${help}`);
  return [...['Usage: teachify-server [serve] [flags]', ...ownCommands.map((command) => `       teachify-server ${command} --help`), ''], 'Each flag may come from the environment instead:', ...rows, '', '  --help'].join('\n');
}

/** Where the school's database is: a PostgreSQL's address or SQLite's file. */
export function storeAddress({ databaseUrl, data }: Pick<ServerOptions, 'databaseUrl' | 'data'>): string {
  return databaseUrl ?? join(data, 'school.db');
}

/** Flags first, then the environment, then defaults. `'help'` when asked for; throws with a sentence when something does not fit. */
export function readOptions(argv: readonly string[], env: NodeJS.ProcessEnv): ServerOptions | 'help' {
  const names = Object.fromEntries(flags.flatMap(({ flag }) => (flag === null ? [] : [[flag, { type: 'string' as const }]])));
  const { values } = parseArgs({ args: [...argv], options: { ...names, help: { type: 'boolean' as const } } });
  if (values.help) return 'help';
  const given = flags.flatMap(({ key, flag, env: name }) => {
    const value = (values as Record<string, string | boolean | undefined>)[flag ?? ''] ?? env[name];
    return value === undefined || value === '' ? [] : [[key, value] as const];
  });
  const parsed = optionsSchema.safeParse({ data: 'data', ...Object.fromEntries(given) });
  if (parsed.success) return parsed.data;
  throw new Error(parsed.error.issues.map(({ path, message }) => `${sourceOf(path[0])}: ${message}`).join('; '));
}

/** What the environment says of a school, for commands that have flags of their own; `data` is from those. */
export function readEnvironment(env: NodeJS.ProcessEnv, data: string | undefined): ServerOptions {
  const options = readOptions(data === undefined ? [] : ['--data', data], env);
  if (options === 'help') throw new Error('Nobody asked for help');
  return options;
}

function sourceOf(key: PropertyKey | undefined): string {
  const found = flags.find((one) => one.key === key);
  if (!found) return String(key);
  return found.flag === null ? found.env : `--${found.flag} (${found.env})`;
}
