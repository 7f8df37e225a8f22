export interface VttCue {
  readonly startMs: number;
  readonly text: string;
}

const timing = /^\s*((?:\d+:)?\d{2}:\d{2}\.\d{3})\s+-->\s+(?:\d+:)?\d{2}:\d{2}\.\d{3}/;
const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', nbsp: ' ', lrm: '\u200e', rlm: '\u200f' };

/** What is said and when, of a WebVTT file (https://www.w3.org/TR/webvtt1/): notes, styles and cue settings left out, tags taken off. */
export function readVttCues(vtt: string): VttCue[] {
  const blocks = vtt.replace(/^\ufeff/, '').split(/(?:\r\n|\r|\n){2,}/);
  return blocks.flatMap((block) => {
    const lines = block.split(/\r\n|\r|\n/);
    const at = lines.findIndex((line) => timing.test(line));
    const start = timing.exec(lines[at] ?? '')?.[1];
    if (start === undefined || /^(NOTE|STYLE|REGION)\b/.test(lines[0] ?? '')) return [];
    const text = plain(lines.slice(at + 1).join(' '));
    return text === '' ? [] : [{ startMs: milliseconds(start), text }];
  });
}

function plain(cue: string): string {
  const untagged = cue.replace(/<[^>]*>/g, '').replace(/&(\w+);/g, (whole, name: string) => entities[name] ?? whole);
  return untagged.replace(/\s+/g, ' ').trim();
}

function milliseconds(time: string): number {
  return Math.round(time.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) * 1000);
}
