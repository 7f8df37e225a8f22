import { defaultSettings, type Settings } from '../../../src/shared/models/settings.ts';

/** One way of looking at a screen: how large the window is, how long the words are, what the student chose. */
export interface Dressing {
  readonly id: 'plain' | 'small' | 'zoomed' | 'dark' | 'contrast' | 'rtl' | 'long';
  readonly width: number;
  readonly height: number;
  readonly zoom: number;
  readonly words: (words: string) => string;
  readonly settings: Settings;
}

const usual = { width: 1280, height: 800, zoom: 1, words: (words: string) => words, settings: { ...defaultSettings, theme: 'light' } } as const;

export const dressings: readonly Dressing[] = [
  { ...usual, id: 'plain' },
  { ...usual, id: 'small', width: 900, height: 600 },
  { ...usual, id: 'zoomed', width: 900, height: 600, zoom: 2 },
  { ...usual, id: 'dark', settings: { ...defaultSettings, theme: 'dark' } },
  { ...usual, id: 'contrast', width: 1000, height: 700, settings: { ...defaultSettings, theme: 'contrast' } },
  { ...usual, id: 'rtl', width: 1000, height: 700, settings: { ...defaultSettings, theme: 'light', language: 'ar' } },
  { ...usual, id: 'long', width: 900, height: 600, words: threefold },
];

/** Three times as long, with a word nobody can break nicely. */
function threefold(words: string): string {
  return `${words}: ${words.toLowerCase()}, Donaudampfschifffahrtsgesellschaftskapitän and ${words.toLowerCase()}`;
}
