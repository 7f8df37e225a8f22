const lineLength = 42;
const linesPerCue = 2;

/** WebVTT of exactly the words spoken: cues of at most two lines, a sentence's time shared out by its letters. */
export function captionsOf(sentences: readonly string[], times: readonly { startMs: number; endMs: number }[]): string {
  const cues = sentences.flatMap((sentence, index) => {
    const { startMs, endMs } = times[index] ?? { startMs: 0, endMs: 0 };
    const lines = balance(sentence);
    const total = lines.reduce((sum, line) => sum + line.length, 0);
    const found: string[] = [];
    let from = startMs;
    for (let first = 0; first < lines.length; first += linesPerCue) {
      const shown = lines.slice(first, first + linesPerCue);
      const letters = shown.reduce((sum, line) => sum + line.length, 0);
      const to = first + linesPerCue >= lines.length ? endMs : from + Math.round(((endMs - startMs) * letters) / total);
      found.push(`${timestamp(from)} --> ${timestamp(to)}\n${shown.join('\n')}`);
      from = to;
    }
    return found;
  });
  return `WEBVTT\n\n${cues.join('\n\n')}\n`;
}

/** Lines for whole cues, about equally long, so that no cue is left with the last word alone. */
function balance(sentence: string): string[] {
  const least = wrap(sentence, lineLength).length;
  if (least === 1) return [sentence];
  const wanted = Math.ceil(least / linesPerCue) * linesPerCue;
  let length = lineLength;
  while (wrap(sentence, length - 1).length <= wanted && length > 1) length -= 1;
  return wrap(sentence, length);
}

/** Lines of at most so many letters, broken at spaces. */
export function wrap(text: string, length: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= length) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function timestamp(ms: number): string {
  const part = (value: number, digits: number) => String(Math.floor(value)).padStart(digits, '0');
  return `${part(ms / 3_600_000, 2)}:${part((ms / 60_000) % 60, 2)}:${part((ms / 1000) % 60, 2)}.${part(ms % 1000, 3)}`;
}
