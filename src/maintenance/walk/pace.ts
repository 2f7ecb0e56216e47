import { setTimeout as sleep } from 'node:timers/promises';

/** Where a pace gets its time from; for tests. */
export interface PaceClock {
  /** Milliseconds, never going back. */
  now(): number;
  sleep(milliseconds: number, signal?: AbortSignal): Promise<unknown>;
}

const SYSTEM: PaceClock = { now: () => performance.now(), sleep: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }) };
const SECOND_MS = 1000;
const MOST_ROWS = 1000;

/** Keeps all workers of a job together below so many rows a second. */
export class Pace {
  private readonly started: number;
  private rows = 0;

  /** @param rowsPerSecond 0: as many as can be */
  constructor(
    private readonly rowsPerSecond: number,
    private readonly clock: PaceClock = SYSTEM,
  ) {
    this.started = clock.now();
  }

  /** Rows to be read at once, so that a wait is no longer than a second; undefined: as many as the store likes. */
  get batchRows(): number | undefined {
    return this.rowsPerSecond === 0 ? undefined : Math.min(this.rowsPerSecond, MOST_ROWS);
  }

  /** Resolves when the next rows may be read. @param rows that were read @throws the signal's reason */
  async spend(rows: number, signal?: AbortSignal): Promise<void> {
    if (this.rowsPerSecond === 0) return;
    this.rows += rows;
    const ahead = (this.rows / this.rowsPerSecond) * SECOND_MS - (this.clock.now() - this.started);
    if (ahead > 0) await this.clock.sleep(ahead, signal);
  }
}
