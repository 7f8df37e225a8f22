import { tmpdir } from 'node:os';
import { isTeachifyError } from '../../shared/errors.ts';
import { inputOf } from './probe.ts';
import { runFfmpeg } from './run-ffmpeg.ts';

/** Quieter than this against the whole, in dB, what differs between left and right is the noise of one microphone. */
const audibleDb = -30;
const listenSeconds = 300;

/** How many channels the sound needs: two when left and right differ for the ear, else one. Listens to the first five minutes. */
export async function soundChannels(source: string, channels: number, signal?: AbortSignal): Promise<1 | 2> {
  if (channels < 2) return 1;
  const [middle, side] = await Promise.all([loudness(source, 'c0+c1', signal), loudness(source, 'c0-c1', signal)]);
  return side - middle > audibleDb && side > -70 ? 2 : 1;
}

/** Mean volume in dB of a mix; silence, and what cannot be heard into, is -Infinity. */
async function loudness(source: string, mix: string, signal: AbortSignal | undefined): Promise<number> {
  const filter = `aformat=channel_layouts=stereo,pan=mono|c0=0.5*${mix.slice(0, 2)}${mix[2]}0.5*${mix.slice(3)},volumedetect`;
  const args = ['-t', String(listenSeconds), ...inputOf(source), '-map', '0:a:0', '-af', filter, '-f', 'null', '-'];
  const said = await runFfmpeg(args, { folder: tmpdir(), signal, logLevel: 'info' }).catch((error: unknown) => {
    if (!isTeachifyError(error, 'bad_request')) throw error;
    return '';
  });
  const value = Number(/mean_volume: (-?[\d.]+) dB/.exec(said)?.[1]);
  // volumedetect says -91 dB for digital silence of 16 bits.
  return Number.isFinite(value) && value > -91 ? value : Number.NEGATIVE_INFINITY;
}
