/** What a key means in the player, after YouTube's custom. */
export type PlayerCommand =
  | { readonly do: 'toggle' | 'bookmark' | 'mute' | 'captions' | 'fullScreen' | 'pip' | 'next' | 'start' | 'end' }
  | { readonly do: 'seekBy'; readonly ms: number }
  | { readonly do: 'seekToShare'; readonly share: number }
  | { readonly do: 'louder'; readonly by: number }
  | { readonly do: 'faster'; readonly by: 1 | -1 };

export interface PressedKey {
  readonly key: string;
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
  N: { do: 'next' },
  Home: { do: 'start' },
  End: { do: 'end' },
  ArrowUp: { do: 'louder', by: 0.05 },
  ArrowDown: { do: 'louder', by: -0.05 },
  '>': { do: 'faster', by: 1 },
  '<': { do: 'faster', by: -1 },
};

/** Null for a key that means nothing here. The picture's time runs from left to right in every language, and so do the arrows. */
export function commandOfKey({ key, altKey, ctrlKey, metaKey }: PressedKey): PlayerCommand | null {
  if (altKey || ctrlKey || metaKey) return null;
  const name = key.length === 1 && key !== 'N' ? key.toLowerCase() : key;
  const ms = seekByMs[name];
  if (ms !== undefined) return { do: 'seekBy', ms };
  if (/^\d$/.test(name)) return { do: 'seekToShare', share: Number(name) / 10 };
  return simple[name] ?? null;
}

export const playbackRates = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2] as const;

/** Keys that write something and no command of their own: those that one who speaks to the machine, or whose hand shakes, presses unmeant. */
export function isCharacterKey({ key }: Pick<PressedKey, 'key'>): boolean {
  return [...key].length === 1 && key !== ' ';
}

/** The next rate up or down the list; the ends hold. */
export function nextRate(rate: number, by: 1 | -1): number {
  const candidates = by > 0 ? playbackRates.filter((other) => other > rate) : playbackRates.toReversed().filter((other) => other < rate);
  return candidates[0] ?? rate;
}
