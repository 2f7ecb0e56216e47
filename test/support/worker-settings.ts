/**
 * What daemons of tests have in their configuration beside what a test asks for: with `TSDB_TEST_WORKERS=3` every suite that starts a daemon as users do
 * runs with three workers.
 */
export function workerSettings(): Record<string, string> {
  const workers = process.env.TSDB_TEST_WORKERS;
  return workers ? { 'tsd.network.worker_threads': workers } : {};
}
