import { setTimeout as later } from 'node:timers/promises';

export { turns } from '../../src/util/turns';

const PATIENCE_MS = 20_000;

/** Resolves as soon as it is so. @throws Error that says what did not come, when a test has to be given up anyway */
export async function until(so: () => boolean | Promise<boolean>, what = String(so), patienceMs = PATIENCE_MS): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!(await so())) {
    if (performance.now() > deadline) throw new Error(`it did not come to that: ${what}`);
    await later(1);
  }
}
