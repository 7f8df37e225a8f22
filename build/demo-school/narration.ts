import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const sampleRate = 22_050;
const bytesPerSecond = sampleRate * 2;
const pauseSeconds = 0.45;
const headerBytes = 44;

export interface Spoken {
  /** When each sentence begins and ends, in ms; the pause after it is not part of it. */
  readonly times: readonly { startMs: number; endMs: number }[];
  readonly durationMs: number;
}

/** Speaks sentences one after another into `narration.wav` of the folder (16-bit mono, 22,050 Hz). */
export async function speak(sentences: readonly string[], folder: string, signal?: AbortSignal): Promise<Spoken> {
  const parts: Buffer[] = [silence(0.6)];
  const times: { startMs: number; endMs: number }[] = [];
  const lengthMs = () => (parts.reduce((sum, part) => sum + part.length, 0) / bytesPerSecond) * 1000;
  for (const [index, sentence] of sentences.entries()) {
    const file = join(folder, `sentence-${index}.wav`);
    await run('espeak-ng', ['-v', 'en-gb', '-s', '150', '-g', '2', '-w', file, '--', sentence], signal ? { signal } : {});
    const startMs = Math.round(lengthMs());
    parts.push((await readFile(file)).subarray(headerBytes));
    times.push({ startMs, endMs: Math.round(lengthMs()) });
    parts.push(silence(pauseSeconds));
  }
  parts.push(silence(0.8));
  const samples = Buffer.concat(parts);
  await writeFile(join(folder, 'narration.wav'), Buffer.concat([wavHeader(samples.length), samples]));
  return { times, durationMs: Math.round(lengthMs()) };
}

function silence(seconds: number): Buffer {
  return Buffer.alloc(Math.round(seconds * sampleRate) * 2);
}

/** RIFF/WAVE, PCM, one channel of 16 bits. */
function wavHeader(bytes: number): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + bytes, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(bytesPerSecond, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(bytes, 40);
  return header;
}
