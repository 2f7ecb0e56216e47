import type { StopSignal } from './stop-signal';

interface Waiting {
  /** null: it has given up. */
  grant: (() => void) | null;
}

/** Hands out a fixed number of permits, first come first served. */
export class Semaphore {
  /** Who has given up stays until it would be its turn: to look for it in a long line would take long. */
  private readonly line: Waiting[] = [];

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
    for (let next = this.line.shift(); next !== undefined; next = this.line.shift()) if (next.grant !== null) return next.grant();
    this.free++;
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
