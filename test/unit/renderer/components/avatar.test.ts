import { expect, it } from 'vitest';
import { initialsOf, toneOf } from '../../../../src/renderer/components/avatar.tsx';

it.each([
  ['Amina Diallo', 'AD'],
  ['  bo ', 'B'],
  ['Jan van der Berg', 'JB'],
  ['Ольга Петрова', 'ОП'],
  ['(Ms) 7 of 9', 'M9'],
  ['-', '?'],
])('%j is drawn as %s', (name, initials) => {
  expect(initialsOf(name)).toBe(initials);
});

it('a student keeps a colour, and a class has many', () => {
  const tones = Array.from({ length: 60 }, (_, index) => toneOf(`student-${index}`));
  expect(new Set(tones).size).toBe(8);
  expect(toneOf('student-7')).toBe(tones[7]);
});
