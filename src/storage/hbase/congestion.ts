import type { QueueState } from '../server-state';
import type { Deadline } from './deadline';

/** How a call went, as far as the server's load is concerned. */
export type CallOutcome = 'well' | 'overloaded' | 'failed';

/** The window shrinks at most once in so long: answers of one overload come together. */
const SHRINK_PAUSE_MS = 200;

/**
 * How many calls of one kind a server has at once. Grows by one for each window of calls that went well, halves when
 * the server says that it is overloaded or takes too long: additive increase, multiplicative decrease, as TCP does.
 */
export class CongestionWindow {
  private size: number;
  private shrunkAt = 0;
  private waiters: (() => void)[] = [];
  inFlight = 0;
  /** Times that a call found no place. */
  private breached = 0;

  /**
   * @param most calls at once when all is well
   * @param slowMs an answer that takes longer counts as overload
   */
  constructor(
    private readonly most: number,
    private readonly slowMs: number,
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

  /** Takes a place if there is one and nobody waits for it. */
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

  /** Takes a place, in turn. @throws CancelledError, OutOfTimeError */
  async enter(deadline: Deadline): Promise<void> {
    if (this.tryEnter()) return;
    let wake = (): void => undefined;
    const turn = new Promise<void>((resolve) => this.waiters.push((wake = resolve)));
    try {
      await deadline.race(turn);
    } catch (error) {
      const at = this.waiters.indexOf(wake);
      if (at >= 0) this.waiters.splice(at, 1);
      else this.leave('failed', 0); // the place came and nobody takes it
      throw error;
    }
  }

  /** Gives the place back. */
  leave(outcome: CallOutcome, latencyMs: number): void {
    this.inFlight--;
    if (outcome === 'overloaded' || (outcome === 'well' && latencyMs > this.slowMs)) {
      const now = Date.now();
      if (now - this.shrunkAt > SHRINK_PAUSE_MS) {
        this.shrunkAt = now;
        this.size = Math.max(1, this.size / 2);
      }
    } else if (outcome === 'well') this.size = Math.min(this.most, this.size + 1 / this.size);
    while (this.waiters.length > 0 && this.take()) this.waiters.shift()?.();
  }
}
