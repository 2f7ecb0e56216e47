import type { StopSignal } from './stop-signal';

/** Node fires timers that are longer than this at once. */
const LONGEST_TIMER_MS = 0x7fff_ffff;

/** A delay that setTimeout takes: not negative, and not so long that it would fire at once (24 days). */
export function timerMs(ms: number): number {
  return Math.min(LONGEST_TIMER_MS, Math.max(0, ms));
}

/**
 * The outcome of a promise, if it comes within a time limit and before a signal is aborted; else that of `late`. A promise that is late goes
 * on, and its outcome, an error, too, is ignored. Leaves no timer and no listener behind.
 *
 * @param ms time limit in milliseconds
 * @param late what to answer, or throw, instead; while it is a pending promise the first outcome still counts
 */
export function withinTime<T, L>(promise: Promise<T>, ms: number, late: () => L | Promise<L>, signal?: StopSignal): Promise<T | L> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
    };
    const outcomeOfLate = async (): Promise<L> => late();
    const giveUp = (): void => {
      stop();
      outcomeOfLate().then(resolve, reject);
    };
    const timer = setTimeout(giveUp, timerMs(ms));
    signal?.addEventListener('abort', giveUp, { once: true });
    promise.then(
      (value) => {
        stop();
        resolve(value);
      },
      (error: unknown) => {
        stop();
        reject(error);
      },
    );
    if (signal?.aborted) giveUp();
  });
}
