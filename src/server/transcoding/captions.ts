import { TeachifyError } from '../../shared/errors.ts';

const time = String.raw`(?:\d{2,}:)?[0-5]\d:[0-5]\d[.,]\d{3}`;
const cueTimes = new RegExp(String.raw`^[ \t]*(${time})[ \t]+-->[ \t]+(${time})(.*)$`);

/** WebVTT of a WebVTT or SubRip file, told apart by content. Throws `bad_request` when there is no cue in it. */
export function toWebVtt(bytes: Uint8Array): string {
  const lines = decode(bytes).split(/\r\n|\r|\n/);
  if (!lines.some((line) => cueTimes.test(line))) throw new TeachifyError('bad_request', 'These captions are neither WebVTT nor SubRip: no line says from when to when.');
  if (/^WEBVTT(?:[ \t]|$)/.test(lines[0] ?? '')) return `${lines.join('\n').trimEnd()}\n`;
  const cues = lines.map((line) => line.replace(cueTimes, (_, from: string, to: string) => `${webVttTime(from)} --> ${webVttTime(to)}`));
  return `WEBVTT\n\n${cues.join('\n').trim()}\n`;
}

/** SubRip has no say about letters; what is not UTF-8 is most often Windows-1252. */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

function webVttTime(subRip: string): string {
  return subRip.replace(',', '.');
}
