/** What a key means in the player, after YouTube's custom. */
export type PlayerCommand =
  | { readonly do: 'toggle' | 'bookmark' | 'mute' | 'captions' | 'fullScreen' | 'pip' | 'next' | 'start' | 'end' }
  | { readonly do: 'seekBy'; readonly ms: number }
  | { readonly do: 'seekToShare'; readonly share: number }
  | { readonly do: 'louder'; readonly by: number }
  | { readonly do: 'faster'; readonly by: 1 | -1 };

export interface PressedKey {
  readonly key: string;
  /** Where the key lies, whatever it writes (UI Events, `code`). */
  readonly code: string;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
}

const seekByMs: Readonly<Record<string, number>> = { j: -10_000, l: 10_000, ArrowLeft: -5000, ArrowRight: 5000 };

const simple: Readonly<Record<string, PlayerCommand>> = {
  ' ': { do: 'toggle' },
  k: { do: 'toggle' },
  MediaPlayPause: { do: 'toggle' },
  b: { do: 'bookmark' },
  m: { do: 'mute' },
  c: { do: 'captions' },
  f: { do: 'fullScreen' },
  i: { do: 'pip' },
  Home: { do: 'start' },
  End: { do: 'end' },
  ArrowUp: { do: 'louder', by: 0.05 },
  ArrowDown: { do: 'louder', by: -0.05 },
  '>': { do: 'faster', by: 1 },
  '<': { do: 'faster', by: -1 },
};

/** Keys that mean something else while the focus is on the seek bar: up and down are its own there, as with every slider. */
const onSeekBar: Readonly<Record<string, PlayerCommand>> = {
  ArrowUp: { do: 'seekBy', ms: 10_000 },
  ArrowDown: { do: 'seekBy', ms: -10_000 },
  PageUp: { do: 'seekBy', ms: 60_000 },
  PageDown: { do: 'seekBy', ms: -60_000 },
};

/** What keys write where Latin letters are written, for those that write none and lie elsewhere than A to Z and 0 to 9. */
const shifted: Readonly<Record<string, string>> = { Comma: '<', Period: '>', Slash: '?' };

/** What the key is called here: as it writes, or, where that is no Latin letter (Arabic, Cyrillic, Greek), after where it lies. Small letters. */
export function nameOfKey({ key, code, shiftKey }: Pick<PressedKey, 'key' | 'code' | 'shiftKey'>): string {
  if (/^[\x20-\x7f]+$/.test(key) || /\p{Script=Latin}/u.test(key)) return key.length === 1 ? key.toLowerCase() : key;
  const lies = /^(?:Key|Digit)(.)$/.exec(code)?.[1]?.toLowerCase();
  return lies ?? (shiftKey ? shifted[code] : undefined) ?? key;
}

/** Null for a key that means nothing here. The picture's time runs from left to right in every language, and so do the arrows. */
export function commandOfKey(pressed: PressedKey, { seekBar = false } = {}): PlayerCommand | null {
  const { altKey, ctrlKey, metaKey, shiftKey } = pressed;
  if (altKey || ctrlKey || metaKey) return null;
  const name = nameOfKey(pressed);
  // By the shift key, not by the letter: Caps Lock alone skips nothing.
  if (name === 'n') return shiftKey ? { do: 'next' } : null;
  if (seekBar && onSeekBar[name]) return onSeekBar[name];
  const ms = seekByMs[name];
  if (ms !== undefined) return { do: 'seekBy', ms };
  if (/^\d$/.test(name)) return { do: 'seekToShare', share: Number(name) / 10 };
  return simple[name] ?? null;
}

export const playbackRates = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2] as const;

/** Keys that write something and no command of their own: those that one who speaks to the machine, or whose hand shakes, presses unmeant. */
export function isCharacterKey({ key }: Pick<PressedKey, 'key'>): boolean {
  // Some layouts write two letters by one key; the names of keys are of ASCII.
  return ([...key].length === 1 && key !== ' ') || /[^\x20-\x7f]/.test(key);
}

/** The next rate up or down the list; the ends hold. */
export function nextRate(rate: number, by: 1 | -1): number {
  const candidates = by > 0 ? playbackRates.filter((other) => other > rate) : playbackRates.toReversed().filter((other) => other < rate);
  return candidates[0] ?? rate;
}
