import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long one piece of work may hold the event loop, in milliseconds. */
const SLICE_MS = 10;

/**
 * Cuts long work into slices, so that other work gets its turn between them:
 *
 *     const slice = new TimeSlice();
 *     for (const step of steps) { work(step); if (slice.isOver()) await slice.next(); }
 */
export class TimeSlice {
  private startedAt: number;

  /**
   * @param signal ends the work: `isOver` and `next` throw its reason once it is aborted
   * @param now milliseconds on a clock that never goes back
   */
  constructor(
    private readonly signal: AbortSignal | null = null,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.startedAt = now();
  }

  /** Starts the slice anew, after a time in which the work waited for something else. */
  restart(): void {
    this.startedAt = this.now();
  }

  /** Whether it is time for `next`; cheap, to be asked often. */
  isOver(): boolean {
    this.signal?.throwIfAborted();
    return this.now() - this.startedAt >= SLICE_MS;
  }

  /** Resolves when other work had its turn; the next slice has begun. */
  async next(): Promise<void> {
    await nextTurn();
    this.restart();
    this.signal?.throwIfAborted();
  }
}
