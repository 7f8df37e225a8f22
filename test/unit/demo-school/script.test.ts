import { expect, it } from 'vitest';
import { parseScript } from '../../../build/demo-school/script.ts';

it('reads scenes, steps and what appears with them', () => {
  const script = parseScript('# Title\n> About it\n## One\n- Say this | big: 42\n- And that\n## Two\n- Boxes | flow: a > b\n- Bars | bars: x = 1, y = 2.5\n- A point | just words');
  expect(script).toEqual({
    title: 'Title',
    description: 'About it',
    scenes: [
      { heading: 'One', steps: [{ say: 'Say this', show: { kind: 'big', text: '42' } }, { say: 'And that', show: null }] },
      {
        heading: 'Two',
        steps: [
          { say: 'Boxes', show: { kind: 'flow', boxes: ['a', 'b'] } },
          { say: 'Bars', show: { kind: 'bars', bars: [{ label: 'x', value: 1 }, { label: 'y', value: 2.5 }] } },
          { say: 'A point', show: { kind: 'point', text: 'just words' } },
        ],
      },
    ],
  });
});

it.each([
  ['# T\n> d\n- too early', 'Line 3: a step before the first scene'],
  ['# T\n> d\n## S\n- | big: 1', 'Line 4: nothing to say'],
  ['# T\n> d\n## S\nloose words', 'Line 4: not a title'],
  ['# T\n> d\n## S\n- Bars | bars: x = many', 'Not a bar'],
  ['## S\n- say', 'needs a title'],
])('says what is wrong and where: %j', (text, complaint) => {
  expect(() => parseScript(text)).toThrow(complaint);
});
