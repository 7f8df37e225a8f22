import { expect, it } from 'vitest';
import { commandOfKey, isCharacterKey, nextRate } from '../../../../../src/renderer/features/player/player-keys.ts';

const pressed = (name: string, change: object = {}) => ({ key: name, code: '', shiftKey: false, altKey: false, ctrlKey: false, metaKey: false, ...change });
const key = (name: string, change: object = {}) => commandOfKey(pressed(name, change));

it('knows the keys people know', () => {
  expect(key(' ')).toEqual({ do: 'toggle' });
  expect(key('K')).toEqual({ do: 'toggle' });
  expect(key('j')).toEqual({ do: 'seekBy', ms: -10_000 });
  expect(key('ArrowRight')).toEqual({ do: 'seekBy', ms: 5000 });
  expect(key('7')).toEqual({ do: 'seekToShare', share: 0.7 });
  expect(key('>')).toEqual({ do: 'faster', by: 1 });
  expect(key('b')).toEqual({ do: 'bookmark' });
  expect(key('N', { shiftKey: true })).toEqual({ do: 'next' });
});

it('leaves the others, and every combination, alone', () => {
  expect(key('n')).toBeNull();
  expect(key('q')).toBeNull();
  expect(key('c', { ctrlKey: true })).toBeNull();
  expect(key('ArrowLeft', { altKey: true })).toBeNull();
});

it('goes by where a key lies when it writes no Latin letter', () => {
  const written: [layout: string, key: string, code: string, change: object, command: object | null][] = [
    ['Arabic', 'ن', 'KeyK', {}, { do: 'toggle' }],
    ['Arabic, two letters by one key', 'لا', 'KeyB', {}, { do: 'bookmark' }],
    ['Arabic', 'ى', 'KeyN', {}, null],
    ['Arabic', 'آ', 'KeyN', { shiftKey: true }, { do: 'next' }],
    ['Persian digits', '۵', 'Digit5', {}, { do: 'seekToShare', share: 0.5 }],
    ['Cyrillic', 'ь', 'KeyM', {}, { do: 'mute' }],
    ['Cyrillic', 'Ю', 'Period', { shiftKey: true }, { do: 'faster', by: 1 }],
    ['Cyrillic', 'б', 'Comma', {}, null],
    ['Greek', 'φ', 'KeyF', {}, { do: 'fullScreen' }],
  ];
  for (const [layout, name, code, change, command] of written) expect({ layout, command: key(name, { code, ...change }) }).toEqual({ layout, command });
});

it('goes by the letter where letters are Latin, wherever they lie', () => {
  // On Dvorak's, where QWERTY has its v, a k is written; on the French one, digits are shifted.
  expect(key('k', { code: 'KeyV' })).toEqual({ do: 'toggle' });
  expect(key('é', { code: 'Digit2' })).toBeNull();
});

it('skips to the next lesson by the shift key, never by Caps Lock', () => {
  expect(key('N', { code: 'KeyN' })).toBeNull();
  expect(key('n', { code: 'KeyN', shiftKey: true })).toEqual({ do: 'next' });
  expect(key('M', { code: 'KeyM' })).toEqual({ do: 'mute' });
});

it('gives the seek bar steps of its own for up, down and the page keys, and leaves the others as they are', () => {
  const steps = ['ArrowUp', 'ArrowDown', 'PageUp', 'PageDown', 'ArrowRight'].map((name) => commandOfKey(pressed(name), { seekBar: true }));
  expect(steps).toEqual([10_000, -10_000, 60_000, -60_000, 5000].map((ms) => ({ do: 'seekBy', ms })));
  expect(key('ArrowUp')).toEqual({ do: 'louder', by: 0.05 });
  expect(key('PageUp')).toBeNull();
});

it('tells single characters, which one may switch off, from keys that write nothing', () => {
  expect(['k', 'N', '5', '<', 'ك', 'لا'].every((name) => isCharacterKey({ key: name }))).toBe(true);
  expect([' ', 'ArrowLeft', 'Home', 'MediaPlayPause'].some((name) => isCharacterKey({ key: name }))).toBe(false);
});

it('steps through the speeds and stops at the ends', () => {
  expect(nextRate(1, 1)).toBe(1.25);
  expect(nextRate(1.1, -1)).toBe(1);
  expect(nextRate(2, 1)).toBe(2);
  expect(nextRate(0.5, -1)).toBe(0.5);
});
