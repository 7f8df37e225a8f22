import { describe, expect, it } from 'vitest';
import { addUp, closingLines, tallyOfPlaywright, tallyOfVitest } from '../../../build/test/tally.mjs';

describe('the tally of a run', () => {
  it('names what failed in vitest, and why, without the terminal’s colours', () => {
    const report = {
      numPassedTests: 2,
      numFailedTests: 1,
      testResults: [
        { name: 'a.test.ts', status: 'failed', assertionResults: [{ status: 'passed', fullName: 'holds' }, { status: 'failed', fullName: 'keeps every byte', failureMessages: ['\u001B[31mexpected 3 to be 4\u001B[39m\nat a.test.ts:9'] }] },
      ],
    };
    expect(closingLines(tallyOfVitest(report, 1))).toBe('FAILED a.test.ts › keeps every byte\n    expected 3 to be 4\n    at a.test.ts:9\n2 passed, 1 failed');
  });

  it('names a file of vitest that could not be read at all', () => {
    const report = { numPassedTests: 0, numFailedTests: 0, testResults: [{ name: 'b.test.ts', status: 'failed', message: 'no such module', assertionResults: [] }] };
    expect(tallyOfVitest(report, 1)).toEqual({ passed: 0, failed: 1, skipped: 0, failures: ['b.test.ts\n    no such module', 'the run ended with code 1'] });
  });

  it('names what failed or was flaky in Playwright, however deep', () => {
    const test = (status: string, message: string) => ({ status, results: [{ error: { message } }] });
    const report = {
      stats: { expected: 1, unexpected: 1, flaky: 1, skipped: 0 },
      suites: [{ specs: [{ file: 'a.spec.ts', title: 'plays', tests: [{ status: 'expected', results: [] }] }], suites: [{ specs: [{ file: 'a.spec.ts', title: 'seeks', tests: [test('unexpected', 'too far')] }, { file: 'a.spec.ts', title: 'waits', tests: [test('flaky', 'once')] }] }] }],
    };
    expect(tallyOfPlaywright(report, 1)).toEqual({ passed: 1, failed: 2, skipped: 0, failures: ['a.spec.ts › seeks\n    too far', 'a.spec.ts › waits\n    once'] });
  });

  it('counts a run that broke before any test as one failure, and adds up', () => {
    expect(closingLines(addUp([tallyOfVitest(null, 0), tallyOfPlaywright(null, 2)]))).toBe('FAILED the run ended with code 2\n0 passed, 1 failed');
  });
});
