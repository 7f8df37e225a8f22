import { existsSync } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createApiClient } from '../../core/net/api-client.ts';
import { readExtraAuthorities } from '../../core/net/extra-authorities.ts';
import { createGotTransport } from '../../core/net/got-transport.ts';
import { unreadableProxies } from '../../core/net/line-options.ts';
import { freeBytesOf } from '../../core/downloads/storage-view.ts';
import { serverInfoSchema } from '../../shared/api/auth.ts';
import { endpoints } from '../../shared/api/endpoints.ts';
import { assertNever, isTeachifyError, type ErrorCode } from '../../shared/errors.ts';
import { readSettings } from '../../shared/models/settings.ts';
import type { Context } from '../context.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { findGraphicsDevice, type GraphicsDevice } from '../graphics-device.ts';
import { openCore } from '../open-core.ts';
import { bytesInWords, sentenceOf } from '../sentences.ts';

const leastFreeBytes = 500 * 1024 * 1024;
/** Certificates and leases begin to fail at about a day; five minutes already date progress wrongly on older servers. */
const clockOffMs = 5 * 60 * 1000;

interface Finding {
  readonly check: 'disk' | 'databases' | 'network' | 'certificates' | 'clock' | 'proxy' | 'keyring' | 'gpu';
  readonly ok: boolean;
  /** What was found, and where it is not well, what to do. */
  readonly words: string;
}

/** Looks at everything a school's support would ask for. Exit status 9 when something is not well. */
export async function doctor(context: Context): Promise<ExitCode> {
  const findings: Finding[] = [await disk(context), ...(await databasesAndServer(context)), proxy(context), keyring(context), await gpu(context)];
  for (const { check, ok, words } of findings) context.output.tell('check', { check, ok, words }, `${ok ? 'ok  ' : 'look'}  ${check.padEnd(10)} ${words}`);
  return findings.every(({ ok }) => ok) ? exitCodes.ok : exitCodes.found;
}

/** Writes, syncs and removes a file where the books lie and where lessons lie, and looks at the room there. */
async function disk(context: Context): Promise<Finding> {
  await mkdir(context.dataFolder, { recursive: true }).catch(() => {});
  const lessons = lessonFolder(context);
  for (const [folder, name] of [
    [context.dataFolder, 'data folder'],
    [lessons, 'lesson folder'],
  ] as const) {
    const code = await tryToWrite(folder);
    if (code === 'ENOENT') return { check: 'disk', ok: false, words: `The ${name} is not there (${folder}). ${sentenceOf('disk_failed')}` };
    if (code !== null) return { check: 'disk', ok: false, words: `The ${name} cannot be written (${folder}, ${code}). ${sentenceOf('disk_denied')}` };
  }
  const free = await freeBytesOf(lessons).catch(() => 0);
  if (free < leastFreeBytes) return { check: 'disk', ok: false, words: `Only ${bytesInWords(free)} are left for lessons in ${lessons}. Remove some, or free the disk.` };
  return { check: 'disk', ok: true, words: `${bytesInWords(free)} free for lessons in ${lessons}` };
}

/** Where lessons lie: the folder that was chosen, else within the data folder, which the first start makes. */
function lessonFolder({ shell, dataFolder }: Context): string {
  const chosen = readSettings(shell.settingsFile(dataFolder).read()).contentFolder;
  const own = join(dataFolder, 'content');
  return chosen ?? (existsSync(own) ? own : dataFolder);
}

/** What the system says against it; null when all is well. */
async function tryToWrite(folder: string): Promise<string | null> {
  const file = join(folder, `.doctor-${process.pid}`);
  try {
    const handle = await open(file, 'w');
    try {
      await handle.write(Buffer.alloc(64 * 1024));
      await handle.datasync();
    } finally {
      await handle.close();
      await rm(file, { force: true });
    }
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown';
  }
}

async function databasesAndServer(context: Context): Promise<Finding[]> {
  const { env, version, systemLine = (direct) => direct } = context.shell;
  // The same line as the app's: by the system's proxy where it has one, and trusting whom the school added.
  const transport = systemLine(createGotTransport({ userAgent: `TeachifyDoctor/${version}`, env, extraCa: readExtraAuthorities(env, context.logger) }));
  let address = context.serverUrl ?? (env['VITE_API_URL'] || context.shell.defaultServerUrl);
  let databases: Finding = { check: 'databases', ok: true, words: 'whole' };
  try {
    const core = await openCore(context.shell, context);
    address = context.serverUrl ?? core.accounts.state().server.url;
    await core.dispose();
  } catch (error) {
    const code: ErrorCode = isTeachifyError(error) ? error.code : 'internal';
    databases = { check: 'databases', ok: code === 'data_folder_in_use', words: sentenceOf(code) };
  }
  return [databases, ...(await server(createApiClient({ transport, serverUrl: () => address }), address))];
}

async function server(api: ReturnType<typeof createApiClient>, address: string): Promise<Finding[]> {
  try {
    const { name, time } = await api.request({ path: endpoints.server(), output: serverInfoSchema });
    const off = Date.now() - time;
    const clock = Math.abs(off) < clockOffMs;
    return [
      { check: 'network', ok: true, words: `${name} answers at ${address}` },
      { check: 'certificates', ok: true, words: address.startsWith('https:') ? "the school's is vouched for by an authority this computer trusts" : 'none needed: the address is http' },
      { check: 'clock', ok: clock, words: clock ? 'right' : `This computer's clock is ${Math.round(Math.abs(off) / 60_000)} minutes ${off > 0 ? 'ahead' : 'behind'}. Set it.` },
    ];
  } catch (error) {
    const code: ErrorCode = isTeachifyError(error) ? error.code : 'internal';
    const isCertificate = code === 'tls_failed' || code === 'clock_wrong';
    return [{ check: isCertificate ? 'certificates' : 'network', ok: false, words: `${address}: ${sentenceOf(code)}` }];
  }
}

function proxy({ shell: { env, systemLine } }: Context): Finding {
  const unreadable = unreadableProxies(env);
  if (unreadable.length > 0) {
    return { check: 'proxy', ok: false, words: `The address in ${unreadable.join(' and ')} cannot be read, so it is passed over and servers are asked without a proxy. Write it as http://name:3128; what stands before an @ percent-encoded.` };
  }
  const named = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'].filter((name) => env[name]);
  const words = named.length > 0 ? `the environment names one (${named.join(', ')})` : 'none named by the environment';
  return { check: 'proxy', ok: true, words: systemLine ? `${words}; the system's own settings are followed` : words };
}

function keyring({ shell }: Context): Finding {
  if (shell.vault().kind === 'keychain') return { check: 'keyring', ok: true, words: 'sessions are kept in it' };
  return { check: 'keyring', ok: false, words: 'None here that lasts: each command signs in anew (TEACHIFY_EMAIL and TEACHIFY_PASSWORD, or TEACHIFY_ACCESS_TOKEN), and the app after each start; lessons still play. Install or unlock a keyring (on Linux: gnome-keyring or KWallet).' };
}

/** Whether video is decoded by the graphics card is known only where Chromium draws; elsewhere, whether there is one to be used. */
async function gpu({ shell }: Context): Promise<Finding> {
  const decoding = (await shell.gpu?.()) ?? 'unknown';
  if (decoding === 'used') return { check: 'gpu', ok: true, words: 'video is decoded by it' };
  if (decoding === 'not used') return { check: 'gpu', ok: true, words: 'not used: video is decoded by the processor, which costs battery' };
  return { check: 'gpu', ...deviceWords(await findGraphicsDevice(process.platform)) };
}

function deviceWords(device: GraphicsDevice): Pick<Finding, 'ok' | 'words'> {
  const unseen = 'Whether video is decoded by the graphics card shows only where the app has a window';
  switch (device.kind) {
    case 'usable':
      return { ok: true, words: `${unseen}; there is one that may be used (${device.name}).` };
    case 'forbidden':
      return { ok: false, words: `There is a graphics card (${device.name}) that this user may not use, so video costs more of the processor. Add them to the groups video and render.` };
    case 'none':
      return { ok: true, words: `${unseen}; this computer shows none, so it is the processor that decodes.` };
    case 'unknown':
      return { ok: true, words: `${unseen}.` };
    default:
      return assertNever(device);
  }
}
