const FIRST_MS = 500;
const LONGEST_MS = 30_000;
/** A worker that has served for so long ended for a reason of its own, and not because it can't work. */
const STEADY_MS = 60_000;

/** How long to wait before a worker that has ended is started again: not at all the first time, then longer and longer while it does not last. */
export class RestartPause {
  private pause = 0;

  /** @param livedMs how long it served; 0: it did not come to that @returns milliseconds */
  next(livedMs: number): number {
    if (livedMs >= STEADY_MS) this.pause = 0;
    const { pause } = this;
    this.pause = pause === 0 ? FIRST_MS : Math.min(2 * pause, LONGEST_MS);
    return pause;
  }
}
