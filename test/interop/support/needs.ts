/**
 * `describeWithHBase(name, suite)`: a suite on the real HBase that the set-up started. Without one it is skipped, with the
 * reason on the screen; with CI=true a skip is a failure.
 */
export function describeWithHBase(name: string, suite: (quorum: string) => void): void {
  const quorum = process.env.TSDB_TEST_ZK;
  if (quorum) {
    describe(name, () => suite(quorum));
    return;
  }
  const reason = process.env.TSDB_TEST_SKIP ?? 'no HBase was started';
  console.warn(`SKIPPED: ${name}: ${reason}`);
  if (process.env.CI === 'true') test(`${name} needs HBase`, () => Promise.reject(new Error(reason)));
  else test.skip(`${name} (skipped: ${reason})`, () => undefined);
}
