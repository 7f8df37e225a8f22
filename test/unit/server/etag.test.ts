import { expect, it } from 'vitest';
import { etagMatches } from '../../../src/server/etag.ts';

it.each([
  '"abc"',
  'W/"abc"', // what a proxy makes of it when it compresses
  '"other", "abc"',
  '"other",W/"abc" ',
  '*',
])('If-None-Match: %s names what the client has', (header) => {
  expect(etagMatches(header, '"abc"')).toBe(true);
});

it.each([undefined, '', 'abc', '"ab"', '"other", "another"', 'w/"abc"'])('If-None-Match: %s does not', (header) => {
  expect(etagMatches(header, '"abc"')).toBe(false);
});
