import type { StopSignal } from './stop-signal';

interface Waiting {
  /** null: it has given up. */
  grant: (() => void) | null;
}

/** So many places in the line that nobody stands in any more are worth making it anew. */
const WORTH_CUTTING = 1024;

/** Hands out a fixed number of permits, first come first served. */
export class Semaphore {
  private line: Waiting[] = [];
  /** Those in front who have had their turn. */
  private served = 0;

  constructor(private free: number) {}

  /** Runs `work` with a permit. @throws the signal's reason when it aborts before there is one */
  async run<T>(signal: StopSignal, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    if (this.free > 0) this.free--;
    else await this.turn(signal);
    try {
      return await work();
    } finally {
      this.grantNext();
    }
  }

  private grantNext(): void {
    while (this.served < this.line.length) {
      const { grant } = this.line[this.served++];
      if (grant === null) continue;
      if (this.served >= WORTH_CUTTING && this.served * 2 >= this.line.length) this.cut();
      return grant();
    }
    this.cut();
    this.free++;
  }

  private cut(): void {
    this.line = this.line.slice(this.served);
    this.served = 0;
  }

  private turn(signal: StopSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const aborted = (): void => {
        waiting.grant = null;
        reject(signal.reason);
      };
      const waiting: Waiting = {
        grant: () => {
          signal.removeEventListener('abort', aborted);
          resolve();
        },
      };
      this.line.push(waiting);
      signal.addEventListener('abort', aborted, { once: true });
    });
  }
}
