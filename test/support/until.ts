import { setTimeout as later } from 'node:timers/promises';
import { turns } from '../../src/util/turns';

export { turns };

/** Only to say what a test waits for before Jest ends it: a cold start on a busy machine takes a good part of a minute. */
const PATIENCE_MS = 60_000;
/** The real one, also where a test has everybody else look at a clock of its own. */
const now = performance.now.bind(performance);

/** Resolves as soon as it is so. @throws Error that says what did not come, when a test has to be given up anyway */
export function until(so: () => boolean | Promise<boolean>, what = String(so), patienceMs = PATIENCE_MS): Promise<void> {
  return lookUntil(so, what, patienceMs, () => later(1));
}

/** The same of what is so for some turns of the event loop only: looks in each of them. */
export function untilTurn(so: () => boolean, what = String(so)): Promise<void> {
  return lookUntil(so, what, PATIENCE_MS, () => turns(1));
}

async function lookUntil(
  so: () => boolean | Promise<boolean>,
  what: string,
  patienceMs: number,
  pause: () => Promise<unknown>,
): Promise<void> {
  const deadline = now() + patienceMs;
  while (!(await so())) {
    if (now() > deadline) throw new Error(`it did not come to that: ${what}`);
    await pause();
  }
}
