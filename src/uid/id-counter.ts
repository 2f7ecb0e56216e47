interface WaitingTake {
  resolve: (number: bigint) => void;
  reject: (error: unknown) => void;
}

/** Numbers that one increment takes at most. */
const MAX_NUMBERS = 256;

/**
 * Takes numbers from a kind's counter. One increment is under way at a time; requests that arrive meanwhile share the next one, so that a burst
 * of new names does not queue up at the one row that all TSDs increment. Numbers and counter are the same as with an increment for each
 * request; a number that is taken and not used is lost, as it would be then.
 */
export class IdCounter {
  private waiting: WaitingTake[] = [];
  private running = false;

  /** @param increment adds to the counter; resolves with what it is then */
  constructor(private readonly increment: (amount: bigint) => Promise<bigint>) {}

  /** @throws what the increment throws */
  take(): Promise<bigint> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      if (this.running) return;
      this.running = true;
      // Requests of the same turn of the event loop already share the first increment.
      setImmediate(() => void this.run());
    });
  }

  private async run(): Promise<void> {
    while (this.waiting.length > 0) {
      const takers = this.waiting.splice(0, MAX_NUMBERS);
      try {
        const last = await this.increment(BigInt(takers.length));
        takers.forEach((taker, i) => taker.resolve(last - BigInt(takers.length - 1 - i)));
      } catch (error) {
        for (const taker of takers) taker.reject(error);
      }
    }
    this.running = false;
  }
}
