/**
 * The end of this process, also when native code stands in its way. `process.exit` stops the event loop and then joins the thread pool: a
 * task there that waits for the event loop (a commit of LMDB), or for a file that does not answer, would keep the process for ever, with all
 * locks that it holds. A process that a signal ends joins nothing.
 */
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds that tasks under way have to come to their end. */
const PATIENCE_MS = 2_000;
const POLL_MS = 10;
/** Requests to files that are in the thread pool, as Node calls them. */
const FILE_REQUESTS: ReadonlySet<string> = new Set(['FSReqCallback', 'FSReqPromise']);
/** Signals that stand for an end that was asked for: a shell and systemd take them as they take the exit codes. */
const SIGNALS: ReadonlyMap<number, NodeJS.Signals> = new Map([
  [0, 'SIGTERM'],
  [129, 'SIGHUP'],
  [130, 'SIGINT'],
  [143, 'SIGTERM'],
]);

const watched = new Set<() => string | null>();
let told = false;

/** Has the process ended by a signal when native code that only its caller knows of is at work. @param underWay what it does; null: nothing */
export function watchNativeWork(underWay: () => string | null): void {
  watched.add(underWay);
}

function nativeWork(): string[] {
  const work = [...watched].map((underWay) => underWay()).filter((what) => what !== null);
  const requests = process.getActiveResourcesInfo().filter((name) => FILE_REQUESTS.has(name)).length;
  return requests === 0 ? work : [...work, `${requests} requests to files`];
}

/** The signal that ends a process in place of an exit code; SIGKILL stands for a failure. */
const signalOf = (code: number): NodeJS.Signals => SIGNALS.get(code) ?? 'SIGKILL';

/**
 * Waits, not for long, until the process can exit.
 * @param code the exit code that it is to have
 * @param tell takes, once in the life of a process, the message that it can't
 */
export async function awaitNativeWork(code: number, tell: (message: string) => void, patienceMs = PATIENCE_MS): Promise<void> {
  const until = performance.now() + patienceMs;
  while (!told) {
    const work = nativeWork();
    if (work.length === 0) return;
    if (performance.now() >= until) {
      told = true;
      tell(`The process ends by ${signalOf(code)}, not with exit code ${code}, as this does not come to its end: ${work.join(', ')}`);
      return;
    }
    await sleep(POLL_MS);
  }
}

/**
 * Ends this process now: with an exit code, or, while native code is at work, by a signal, for which nothing is waited for and no listener is
 * called. The system gives back its locks, and LMDB's pass to the next process that wants them.
 */
export function endProcess(code: number): void {
  if (nativeWork().length > 0) {
    const signal = signalOf(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
    process.kill(process.pid, 'SIGKILL');
  }
  // The first process of a container can't kill itself.
  process.exit(code);
}
