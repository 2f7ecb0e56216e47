import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { runLimited } from './limited-run.mjs';
import { readSuites } from './suite-lines.mjs';

const REPORTER = fileURLToPath(new URL('suite-reporter.cjs', import.meta.url));
/** So long Jest may take to end after its last suite, report of coverage and teardown included: something that a test has left open keeps it for ever. */
const GRACE_MS = 240_000;
const POLL_MS = 500;

/**
 * Runs suites and counts their tests, also when it has to be cut off.
 * @param args what `jest` is told to run
 * @param lines the file for the lines of `suite-reporter.cjs`
 * @param limit an AbortSignal that ends it
 * @returns sums of tests (a suite that had begun and not ended has failed once), and `troubles`: in words, what else was wrong
 */
export async function runJest(args, { jest, cwd, env = {}, lines, limit, graceMs = GRACE_MS }) {
  fs.mkdirSync(path.dirname(lines), { recursive: true });
  fs.rmSync(lines, { force: true });
  const late = new AbortController();
  const ended = new AbortController();
  void abortWhenLate(lines, graceMs, late, ended.signal);
  const { ok, cut, left } = await runLimited(jest, [...args, '--passWithNoTests', '--reporters=default', `--reporters=${REPORTER}`], {
    cwd,
    env: { ...env, TSDB_TEST_SUITES: lines },
    limit: AbortSignal.any([limit, late.signal]),
  });
  ended.abort();
  const { passed, failed, skipped, unfinished, unbegun, over } = readSuites(lines);
  const troubles = unfinished.map(({ suite, test }) => `did not end: ${suite}${test === null ? '' : `, at "${test}"`}`);
  if (cut && over) troubles.push('Jest did not end after its last suite: a test has left something open');
  else if (cut) troubles.push(`cut off; ${unbegun} suites had not begun`);
  else if (!ok && failed === 0 && unfinished.length === 0) troubles.push('Jest ended with an error');
  return { passed, failed: failed + Math.max(unfinished.length, ok || failed > 0 ? 0 : 1), skipped, troubles, left };
}

async function abortWhenLate(lines, graceMs, late, ended) {
  let overSince = null;
  while (!ended.aborted) {
    if (overSince === null && readSuites(lines).over) overSince = performance.now();
    if (overSince !== null && performance.now() - overSince > graceMs) late.abort();
    await sleep(POLL_MS);
  }
}
