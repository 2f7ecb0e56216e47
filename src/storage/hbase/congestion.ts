import type { QueueState } from '../server-state';
import type { Deadline } from './deadline';

/** The outcome of a call as a sign of the server's load. */
export type CallOutcome = 'well' | 'overloaded' | 'failed';

/** The window shrinks at most once in this time: one overload shows in many answers. */
const SHRINK_PAUSE_MS = 200;

/**
 * Limits the calls of one kind that are under way to one server. The limit grows by one for each window of calls that went well, halves when
 * the server says that it is overloaded or takes too long: additive increase, multiplicative decrease, as TCP does.
 */
export class CongestionWindow {
  private size: number;
  private shrunkAt = -Infinity;
  private waiters: (() => void)[] = [];
  inFlight = 0;
  /** Times that the limit was reached. */
  private breached = 0;

  /**
   * @param most the highest limit
   * @param slowMs an answer that takes longer counts as overload
   * @param now milliseconds on a clock that never goes back
   */
  constructor(
    private readonly most: number,
    private readonly slowMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.size = most;
  }

  get limit(): number {
    return Math.max(1, Math.floor(this.size));
  }

  state(): QueueState {
    const { inFlight, limit, most, breached } = this;
    const waiting = this.waiters.length;
    return { inFlight, limit, most, waiting, batchedRows: 0, breached };
  }

  /** Counts a call against the limit, if that leaves room and no earlier call waits. */
  tryEnter(): boolean {
    if (this.waiters.length === 0 && this.take()) return true;
    this.breached++;
    return false;
  }

  private take(): boolean {
    if (this.inFlight >= this.limit) return false;
    this.inFlight++;
    return true;
  }

  /** Resolves when the call may be sent, in order of arrival; it counts against the limit then. @throws CancelledError, OutOfTimeError */
  async enter(deadline: Deadline): Promise<void> {
    if (this.tryEnter()) return;
    let wake = (): void => undefined;
    const turn = new Promise<void>((resolve) => this.waiters.push((wake = resolve)));
    try {
      await deadline.race(turn);
    } catch (error) {
      const at = this.waiters.indexOf(wake);
      if (at >= 0) this.waiters.splice(at, 1);
      else this.leave('failed', 0); // admitted after it was given up
      throw error;
    }
  }

  /** The call has ended: adapts the limit and admits calls that wait. */
  leave(outcome: CallOutcome, latencyMs: number): void {
    this.inFlight--;
    if (outcome === 'overloaded' || (outcome === 'well' && latencyMs > this.slowMs)) {
      const now = this.now();
      if (now - this.shrunkAt > SHRINK_PAUSE_MS) {
        this.shrunkAt = now;
        this.size = Math.max(1, this.size / 2);
      }
    } else if (outcome === 'well') this.size = Math.min(this.most, this.size + 1 / this.size);
    while (this.waiters.length > 0 && this.take()) this.waiters.shift()?.();
  }
}
