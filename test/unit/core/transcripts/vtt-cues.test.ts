import { describe, expect, it } from 'vitest';
import { searchQuery } from '../../../../src/core/transcripts/search-query.ts';
import { readVttCues } from '../../../../src/core/transcripts/vtt-cues.ts';

describe('the cues of a caption file', () => {
  it('are what is said and when, without settings, tags and notes', () => {
    const vtt = [
      '\ufeffWEBVTT - made by hand\nKind: captions',
      'STYLE\n::cue { color: red }',
      'NOTE 00:00.000 --> 00:01.000\nnot said',
      'one\n00:01.500 --> 00:04.000 line:85% align:start\n<v Ada>Boil the <b>water</b>\nfirst &amp; wait',
      '01:02:03.004 --> 01:02:05.000\n\u0627\u0644\u0645\u0627\u0621',
      '00:09.000 --> 00:10.000\n<i></i>',
    ].join('\r\n\r\n');
    expect(readVttCues(vtt)).toEqual([
      { startMs: 1500, text: 'Boil the water first & wait' },
      { startMs: 3_723_004, text: '\u0627\u0644\u0645\u0627\u0621' },
    ]);
  });

  it('are none in what is no caption file', () => {
    expect(readVttCues('<html>')).toEqual([]);
    expect(readVttCues('')).toEqual([]);
  });
});

describe('what a student types', () => {
  it.each([
    ['boil wat', '"boil" "wat"*'],
    ['boil ', '"boil"'],
    ['"OR (x* NEAR', '"OR" "x" "NEAR"*'],
    ['l\u2019eau', '"l" "eau"*'],
    ['\u0627\u0644\u0645\u0627\u0621', '"\u0627\u0644\u0645\u0627\u0621"*'],
  ])('%s is sought as words, never as syntax', (typed, query) => expect(searchQuery(typed)).toBe(query));

  it('may have no word in it', () => expect(searchQuery(' "*- ')).toBeNull());
});
