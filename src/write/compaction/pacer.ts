/** Part of the pace that is kept however slow storage is: at the default speed the queue is then empty after an hour. */
const SLOWEST = 1 / 2;
/** Under a store that pushes back. */
const CRAWL = 1 / 50;
const BACK_OFF = 1 / 2;
const RECOVER = 1 / 20;
/** A call that takes so many times what it usually takes is slow. */
const SLOW = 2;
/** Shorter calls are never slow, milliseconds. */
const FAST_MS = 20;
/** How fast the usual latency follows when calls get slower, and when they get faster. */
const RISE = 1 / 200;
const FALL = 1 / 10;
/** Seconds of rows that may be made up for at once. */
const BURST = 1;

/** The rate that the keys ask for. */
export interface PaceSettings {
  /** Seconds. */
  flushInterval: number;
  minFlushThreshold: number;
  flushSpeed: number;
}

/**
 * Says how many rows may be compacted now. The rate is the original's, but even: what it does at once every flush interval is spread
 * over it. When storage answers slower than usual, or the event loop is full, the rate halves, down to half of what the keys ask
 * for; when storage pushes back, to next to nothing. It comes back step by step.
 */
export class Pacer {
  private tokens = 0;
  private filled: number;
  /** 0 to 1: the part of the asked rate that is used. */
  private throttle = 1;
  /** Milliseconds that a call usually takes; 0: not known yet. */
  private usual = 0;

  /** @param now milliseconds */
  constructor(
    private readonly settings: PaceSettings,
    now: number,
  ) {
    this.filled = now;
  }

  get factor(): number {
    return this.throttle;
  }

  /** Rows a second that a queue of this size asks for: the original's rows a flush interval. */
  rate(queued: number): number {
    const { flushInterval, minFlushThreshold, flushSpeed } = this.settings;
    return Math.max(minFlushThreshold, (queued * flushInterval * flushSpeed) / 3600) / flushInterval;
  }

  /** Rows that may be compacted now. */
  get rows(): number {
    return Math.floor(this.tokens);
  }

  /** Lets time pass. @param now milliseconds. @param queued rows in the queue */
  refill(now: number, queued: number): void {
    const rate = this.rate(queued) * this.throttle;
    const seconds = Math.max(0, now - this.filled) / 1000;
    this.filled = now;
    this.tokens = Math.min(this.tokens + rate * seconds, Math.max(1, rate * BURST));
  }

  spend(rows: number): void {
    this.tokens -= rows;
  }

  /** A call to storage ended. @param busy the event loop has hardly a moment left */
  observe(milliseconds: number, busy: boolean): void {
    const slow = busy || (milliseconds > FAST_MS && this.usual > 0 && milliseconds > this.usual * SLOW);
    if (this.usual === 0) this.usual = milliseconds;
    else this.usual += (milliseconds - this.usual) * (milliseconds > this.usual ? RISE : FALL);
    if (!slow) this.throttle = Math.min(1, this.throttle + RECOVER);
    else if (this.throttle > SLOWEST) this.throttle = Math.max(SLOWEST, this.throttle * BACK_OFF);
  }

  /** Storage refused work. */
  pushedBack(): void {
    this.throttle = Math.max(CRAWL, this.throttle * BACK_OFF);
  }
}
