// A reporter of Jest that appends a line of JSON to the file TSDB_TEST_SUITES as soon as a suite or a test has begun or ended, so that a run that has to be cut
// off can be counted, and one knows what it was at. Each has the time, `at`. Written at once: a suite that never gives up the event loop may run in this process.
//
//   {"suites":4}                                            the run begins: so many suites
//   {"begun":"test/uid/race.test.ts"}
//   {"begun":"test/uid/race.test.ts","test":"its name"}
//   {"ended":"test/uid/race.test.ts","passed":7,"failed":0,"skipped":0}     a suite that did not run at all has failed once
//   {"over":true}                                           there is nothing more to come but the coverage and the teardown
const fs = require('node:fs');
const path = require('node:path');

module.exports = class SuiteReporter {
  #root;
  constructor({ rootDir }) {
    this.#root = rootDir;
  }
  #write(line) {
    const text = JSON.stringify({ ...line, at: new Date().toISOString() });
    if (process.env.TSDB_TEST_SUITES) fs.appendFileSync(process.env.TSDB_TEST_SUITES, `${text}\n`);
  }
  #name({ path: file }) {
    return path.relative(this.#root, file);
  }
  onRunStart({ numTotalTestSuites: suites }) {
    this.#write({ suites });
  }
  onTestFileStart(suite) {
    this.#write({ begun: this.#name(suite) });
  }
  onTestCaseStart(suite, { fullName: test }) {
    this.#write({ begun: this.#name(suite), test });
  }
  onTestFileResult(suite, { numPassingTests: passed, numFailingTests, numPendingTests: skipped, testExecError }) {
    const failed = numFailingTests === 0 && testExecError ? 1 : numFailingTests;
    this.#write({ ended: this.#name(suite), passed, failed, skipped });
  }
  onRunComplete() {
    this.#write({ over: true });
  }
};
