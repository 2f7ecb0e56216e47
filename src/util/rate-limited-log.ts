export interface RateLimit {
  /** Messages that are written in one period. Default 1. */
  most?: number;
  /** Length of a period in milliseconds. Default 10 seconds. */
  periodMs?: number;
  /** Milliseconds since the epoch. */
  now?: () => number;
}

/** Writes at most so many messages in a period, so that a fault that repeats does not fill the log, and says how many were left out. */
export class RateLimitedLog {
  private readonly most: number;
  private readonly periodMs: number;
  private readonly now: () => number;
  private periodStart = -Infinity;
  private written = 0;
  private leftOut = 0;

  /** @param write where messages go */
  constructor(
    private readonly write: (message: string) => unknown,
    { most = 1, periodMs = 10_000, now = Date.now }: RateLimit = {},
  ) {
    this.most = most;
    this.periodMs = periodMs;
    this.now = now;
  }

  /**
   * @param message a text gets the number of messages that were left out before it appended; a function, which is called only when its
   *   message is written, is given that number to say it itself
   */
  log(message: string | ((leftOut: number) => string)): void {
    const now = this.now();
    // A clock that was set back must not silence the log until it has caught up.
    if (now - this.periodStart >= this.periodMs || now < this.periodStart) {
      this.periodStart = now;
      this.written = 0;
    }
    if (this.written >= this.most) {
      this.leftOut++;
      return;
    }
    this.written++;
    const { leftOut } = this;
    this.leftOut = 0;
    if (typeof message !== 'string') this.write(message(leftOut));
    else this.write(leftOut === 0 ? message : `${message} (${leftOut} more like this were left out)`);
  }
}
