/** @typedef {{ passed: number, failed: number, skipped: number, failures: string[] }} Tally */

/** @param {Tally[]} tallies @returns {Tally} */
export function addUp(tallies) {
  const sum = (key) => tallies.reduce((total, tally) => total + tally[key], 0);
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped'), failures: tallies.flatMap(({ failures }) => failures) };
}

/** What failed, each with the first lines of why, then the one line CI reads. @param {Tally} tally */
export function closingLines({ passed, failed, skipped, failures }) {
  return [...failures.map((failure) => `FAILED ${failure}`), `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`].join('\n');
}

/** From vitest's JSON report. A run that broke before any test counts as one failure. @returns {Tally} */
export function tallyOfVitest(report, exitCode) {
  const failures = (report?.testResults ?? []).flatMap(({ name, status, message, assertionResults }) => {
    const failed = assertionResults.filter((test) => test.status === 'failed');
    if (failed.length === 0 && status === 'failed') return [withWhy(name, message)];
    return failed.map(({ fullName, failureMessages }) => withWhy(`${name} › ${fullName}`, failureMessages[0]));
  });
  const tally = { passed: report?.numPassedTests ?? 0, failed: report?.numFailedTests ?? 0, skipped: (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0), failures };
  return atLeastOneFailure(tally, exitCode);
}

/** From Playwright's JSON report. A test that passed only when tried again is a failure: a flaky test is a bug. @returns {Tally} */
export function tallyOfPlaywright(report, exitCode) {
  const { expected = 0, unexpected = 0, flaky = 0, skipped = 0 } = report?.stats ?? {};
  const failures = specsOf(report?.suites ?? [])
    .filter(({ tests }) => tests.some(({ status }) => status === 'unexpected' || status === 'flaky'))
    .map(({ file, title, tests }) => withWhy(`${file} › ${title}`, tests.flatMap(({ results }) => results).find(({ error }) => error)?.error.message));
  return atLeastOneFailure({ passed: expected, failed: unexpected + flaky, skipped, failures }, exitCode);
}

function specsOf(suites) {
  return suites.flatMap(({ specs = [], suites: inner = [] }) => [...specs, ...specsOf(inner)]);
}

/** The test and the first twelve lines of why it failed, without colours. */
function withWhy(name, why = '') {
  // eslint-disable-next-line no-control-regex -- the colour codes of a terminal begin with one
  const plain = why.replace(/\u001B\[[\d;]*m/g, '').trim();
  return [name, ...plain.split('\n').slice(0, 12).map((line) => `    ${line}`)].join('\n');
}

function atLeastOneFailure(tally, exitCode) {
  if (exitCode === 0 || tally.failed > 0) return tally;
  return { ...tally, failed: 1, failures: [...tally.failures, `the run ended with code ${exitCode}`] };
}
