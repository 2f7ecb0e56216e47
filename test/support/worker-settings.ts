/** How many workers daemons of tests have that are started as users do: one process, or what `TSDB_TEST_WORKERS` says. */
export const TEST_WORKERS = Number(process.env.TSDB_TEST_WORKERS ?? 1);

/** What such a daemon has in its configuration beside what a test asks for. Most suites ask what one process does; with `TSDB_TEST_WORKERS=3` every one runs with three workers. */
export function workerSettings(): Record<string, string> {
  return { 'tsd.network.worker_threads': String(TEST_WORKERS) };
}
