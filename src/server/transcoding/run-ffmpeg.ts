import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { TeachifyError } from '../../shared/errors.ts';

interface Run {
  /** Where relative names in the arguments lie. */
  readonly folder: string;
  /** How far it has come on the source's timeline. */
  readonly onTime?: ((ms: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** `info` for filters that answer in the log. */
  readonly logLevel?: 'error' | 'info';
  /** So long it may report no progress of any kind, in ms, before it counts as stuck. */
  readonly stuckMs?: number | undefined;
}

const lastWords = 4000;
const usuallyStuckMs = 5 * 60 * 1000;
/** What of a report moves as long as there is work: everything but the clock's share of it. */
const moving = /^(?:frame|total_size|out_time_ms)=/;

/**
 * Runs ffmpeg to its end and gives its last words; when aborted, or stuck, it is killed, and gone before this settles. Throws
 * `bad_request` with its last words when it fails, `internal` when it was no fault of the file's.
 */
export async function runFfmpeg(args: readonly string[], { folder, onTime, signal, logLevel = 'error', stuckMs = usuallyStuckMs }: Run): Promise<string> {
  signal?.throwIfAborted();
  const child = spawn('ffmpeg', ['-y', '-nostdin', '-hide_banner', '-v', logLevel, '-progress', 'pipe:1', ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const kill = () => void child.kill('SIGKILL');
  signal?.addEventListener('abort', kill);
  let stuck = false;
  const watchdog = setTimeout(() => {
    stuck = true;
    kill();
  }, stuckMs);
  let said = '';
  const seen = new Map<string, string>();
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-lastWords)));
  createInterface(child.stdout).on('line', (line) => {
    const [name = '', value = ''] = line.split('=', 2);
    if (moving.test(line) && seen.get(name) !== value) {
      seen.set(name, value);
      watchdog.refresh();
    }
    // In spite of its name it is in microseconds (ffmpeg's fftools/ffmpeg.c, print_report); `N/A` before the first frame.
    if (name === 'out_time_ms' && /^\d+$/.test(value)) onTime?.(Number(value) / 1000);
  });
  try {
    const [code, killedBy] = await new Promise<[number | null, string | null]>((resolve, reject) => child.once('error', reject).once('close', (...how) => resolve(how)));
    signal?.throwIfAborted();
    if (stuck) throw new TeachifyError('internal', `ffmpeg stood still for ${Math.round(stuckMs / 1000)} s and was ended: this file may be damaged, or the server overburdened. It can be tried again.`);
    if (killedBy !== null) throw new TeachifyError('internal', `ffmpeg was ended from outside (${killedBy}), perhaps for want of memory. It can be tried again.`);
    if (code !== 0) throw new TeachifyError('bad_request', `ffmpeg could not turn this file into a lesson: ${said.trim() || `it ended with ${code}`}`);
    return said;
  } finally {
    clearTimeout(watchdog);
    signal?.removeEventListener('abort', kill);
  }
}
