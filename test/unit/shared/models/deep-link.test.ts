import { describe, expect, it } from 'vitest';
import { parseDeepLink, type DeepLink } from '../../../../src/shared/models/deep-link.ts';
import { fc } from '../../../harness/same-cases.ts';

describe('an address from outside', () => {
  it('names a lesson, a course, or a school to connect to', () => {
    expect(parseDeepLink('teachify://lesson/what-a-packet-is')).toEqual({ action: 'lesson', lessonId: 'what-a-packet-is' });
    expect(parseDeepLink('teachify://course/networks')).toEqual({ action: 'course', courseId: 'networks' });
    expect(parseDeepLink('teachify://connect?server=https%3A%2F%2Fschool.example%2Flearn')).toEqual({ action: 'connect', serverUrl: 'https://school.example/learn' });
  });

  it.each([
    '',
    'teachify:',
    'teachify://',
    'teachify://lesson/',
    'teachify://lesson/../../etc/passwd',
    'teachify://lesson/a/b',
    'teachify://lesson/%2e%2e',
    'teachify://lesson/a?token=secret',
    'teachify://lesson/a#fragment',
    'teachify://user:word@lesson/a',
    'teachify://lesson:80/a',
    'teachify://repair/everything',
    'teachify://connect',
    'teachify://connect?server=javascript:alert(1)',
    'teachify://connect?server=file%3A%2F%2F%2Fetc%2Fpasswd',
    'teachify://connect?server=https%3A%2F%2Fuser%3Aword%40school.example',
    'teachify://connect?server=https%3A%2F%2Fschool.example&server=https%3A%2F%2Felsewhere.example',
    'teachify://connect?server=https%3A%2F%2Fschool.example&password=1',
    'teachify://connect/deeper?server=https%3A%2F%2Fschool.example',
    'https://lesson/a',
    `teachify://lesson/${'a'.repeat(5000)}`,
  ])('%j asks for nothing', (text) => {
    expect(parseDeepLink(text)).toBeNull();
  });

  it('is never a crash, and never names what is no plain identifier', () => {
    const pieces = fc.array(fc.oneof(fc.constantFrom('teachify://', 'lesson/', 'course/', 'connect', '?server=', '%2f', '..', '@', ':', '#', '&', '\0'), fc.string()), { maxLength: 8 });
    const plain = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
    const isSound = (link: DeepLink | null) =>
      link === null || (link.action === 'connect' ? /^https?:$/.test(URL.parse(link.serverUrl)?.protocol ?? '') : plain.test(link.action === 'lesson' ? link.lessonId : link.courseId));
    fc.assert(
      fc.property(pieces, (parts) => {
        expect(isSound(parseDeepLink(parts.join('')))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
