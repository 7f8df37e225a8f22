import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { TeachifyError } from '../../shared/errors.ts';

interface Run {
  /** Where relative names in the arguments lie. */
  readonly folder: string;
  /** How far it has come on the source's timeline. */
  readonly onTime?: ((ms: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

const lastWords = 2000;

/** Runs ffmpeg to its end; when aborted it is killed, and gone before this settles. Throws with its last words. */
export async function runFfmpeg(args: readonly string[], { folder, onTime, signal }: Run): Promise<void> {
  signal?.throwIfAborted();
  const child = spawn('ffmpeg', ['-y', '-nostdin', '-v', 'error', '-progress', 'pipe:1', ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const kill = () => child.kill('SIGKILL');
  signal?.addEventListener('abort', kill);
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-lastWords)));
  createInterface(child.stdout).on('line', (line) => {
    // In spite of its name it is in microseconds (ffmpeg's fftools/ffmpeg.c, print_report); `N/A` before the first frame.
    const us = Number(/^out_time_ms=(\d+)/.exec(line)?.[1]);
    if (Number.isFinite(us)) onTime?.(us / 1000);
  });
  try {
    const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
    signal?.throwIfAborted();
    if (code !== 0) throw new TeachifyError('bad_request', `ffmpeg could not turn this file into a lesson: ${said.trim() || `it ended with ${code}`}`);
  } finally {
    signal?.removeEventListener('abort', kill);
  }
}
