import { expect, it } from 'vitest';
import { commandOfKey, isCharacterKey, nextRate } from '../../../../../src/renderer/features/player/player-keys.ts';

const key = (name: string, change: object = {}) => commandOfKey({ key: name, altKey: false, ctrlKey: false, metaKey: false, ...change });

it('knows the keys people know', () => {
  expect(key(' ')).toEqual({ do: 'toggle' });
  expect(key('K')).toEqual({ do: 'toggle' });
  expect(key('j')).toEqual({ do: 'seekBy', ms: -10_000 });
  expect(key('ArrowRight')).toEqual({ do: 'seekBy', ms: 5000 });
  expect(key('7')).toEqual({ do: 'seekToShare', share: 0.7 });
  expect(key('>')).toEqual({ do: 'faster', by: 1 });
  expect(key('b')).toEqual({ do: 'bookmark' });
  expect(key('N')).toEqual({ do: 'next' });
});

it('leaves the others, and every combination, alone', () => {
  expect(key('n')).toBeNull();
  expect(key('q')).toBeNull();
  expect(key('c', { ctrlKey: true })).toBeNull();
  expect(key('ArrowLeft', { altKey: true })).toBeNull();
});

it('tells single characters, which one may switch off, from keys that write nothing', () => {
  expect(['k', 'N', '5', '<', 'ك'].every((name) => isCharacterKey({ key: name }))).toBe(true);
  expect([' ', 'ArrowLeft', 'Home', 'MediaPlayPause'].some((name) => isCharacterKey({ key: name }))).toBe(false);
});

it('steps through the speeds and stops at the ends', () => {
  expect(nextRate(1, 1)).toBe(1.25);
  expect(nextRate(1.1, -1)).toBe(1);
  expect(nextRate(2, 1)).toBe(2);
  expect(nextRate(0.5, -1)).toBe(0.5);
});
