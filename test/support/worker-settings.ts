/**
 * What daemons of tests have in their configuration beside what a test asks for. Most suites ask what one process does; with `TSDB_TEST_WORKERS=3` every
 * suite that starts a daemon as users do runs with three workers.
 */
export function workerSettings(): Record<string, string> {
  return { 'tsd.network.worker_threads': process.env.TSDB_TEST_WORKERS ?? '1' };
}
