import { RetryableError, StoreFullError, type StorageError } from '../storage';
import type { LaneSlabs } from './lane-slabs';
import type { LanePace } from './pace';

const FIRST_BACKOFF_MS = 50;
const MAX_BACKOFF_MS = 5000;

/** Rows of a lane whose write failed for now. Each is taken back with what has come since, and all are woken together after a back-off. */
export class RowRetries {
  private asleep: number[] = [];
  /** When the first attempt of a row's oldest cells failed, `performance.now()` scale. */
  private readonly firstFailures = new Map<number, number>();

  /** @param append the cells of the lane are appended @param wake called with rows that are to be written again */
  constructor(
    private readonly slabs: LaneSlabs,
    private readonly pace: LanePace,
    private readonly append: boolean,
    private readonly wake: (rows: readonly number[]) => void,
  ) {}

  /** Takes a row that is on its way back. @returns false: it is not to be tried again */
  take(row: number, error: StorageError): boolean {
    if (!(error instanceof RetryableError)) return false;
    const { slabs } = this;
    const now = performance.now();
    const full = error instanceof StoreFullError;
    const since = this.firstFailures.get(row);
    if (since === undefined) this.firstFailures.set(row, now);
    // A disk may stay full for hours, and nothing is lost by waiting; when the process ends it is as any other failure.
    else if (now - since >= this.pace.retryMs && (this.pace.ending || !full)) return false;
    const portion = slabs.flying[row];
    if (full) slabs.sinks.tellWaiting(portion, error);
    slabs.flying[row] = -1;
    const later = slabs.waiting[row];
    slabs.waiting[row] = portion;
    if (later >= 0) slabs.join(portion, later, this.append);
    const backoff = Math.min(FIRST_BACKOFF_MS * 2 ** slabs.attempts[row], MAX_BACKOFF_MS, this.pace.retryMs);
    slabs.countAttempt(row);
    if (this.asleep.length === 0) this.wakeAfter(backoff * (0.75 + Math.random() / 2));
    this.asleep.push(row);
    return true;
  }

  /** A row that had failed before has been stored, or is given up. */
  forget(row: number): void {
    this.slabs.attempts[row] = 0;
    this.firstFailures.delete(row);
  }

  private wakeAfter(milliseconds: number): void {
    setTimeout(() => {
      const rows = this.asleep;
      this.asleep = [];
      this.wake(rows);
    }, milliseconds);
  }
}
