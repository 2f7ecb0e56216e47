import fs from 'node:fs';

/**
 * What the lines of `suite-reporter.cjs` say so far.
 * @returns sums of tests, `unfinished` (suites that have begun and not ended, with the test that each is at), `unbegun` (how many have not begun), and `over`
 */
export function readSuites(file) {
  const sum = { passed: 0, failed: 0, skipped: 0, unbegun: 0, unfinished: [], over: false };
  const running = new Map();
  const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
  // The last line may be under way.
  for (const line of text.split('\n').slice(0, -1)) {
    const { suites = 0, begun, test = null, ended, passed = 0, failed = 0, skipped = 0, over = false } = JSON.parse(line);
    sum.unbegun += suites;
    if (begun !== undefined) {
      if (!running.has(begun)) sum.unbegun--;
      running.set(begun, test);
    }
    if (ended !== undefined) running.delete(ended);
    sum.passed += passed;
    sum.failed += failed;
    sum.skipped += skipped;
    sum.over ||= over;
  }
  sum.unfinished = [...running].map(([suite, test]) => ({ suite, test }));
  return sum;
}
