import { ThrottleError } from '../storage';
import { countAlone, type CountShared, type SharedCount } from '../util/shared-count';

/** Parts of the budget: above the first, clients are no longer read; below the second they are again. */
const SOFT = 1 / 8;
const RESUME = 3 / 32;

/**
 * Bytes that wait for storage, over all tables. Below the soft mark everybody may write; above it writers wait in line, and are let in one
 * after the other as storage catches up, so that one that sends without end can't starve the others; at the hard mark points are refused.
 */
export class WriteBudget {
  used = 0;
  private readonly soft: number;
  private readonly resume: number;
  private readonly others: SharedCount;
  /** Lets in one of those who wait. */
  private readonly line: (() => void)[] = [];
  private scheduled = false;
  private closed = false;
  /** Points refused at the hard mark. */
  refused = 0;

  /**
   * @param hard bytes
   * @param shared counts what waits in other workers, too
   */
  constructor(
    readonly hard: number,
    shared: CountShared = countAlone,
  ) {
    this.soft = hard * SOFT;
    this.resume = hard * RESUME;
    this.others = shared('write.buffer', () => this.used);
    this.others.onChange(() => {
      if (this.line.length > 0 && this.all < this.resume) this.schedule();
    });
  }

  /** Bytes of all workers. */
  get all(): number {
    return this.used + this.others.elsewhere;
  }

  get accepting(): boolean {
    return this.all < this.soft || this.closed;
  }

  get waiters(): number {
    return this.line.length;
  }

  /** Resolves when the caller may write. */
  mayWrite(): Promise<void> {
    return new Promise((letIn) => {
      this.line.push(letIn);
      if (this.all < this.resume || this.closed) this.schedule();
    });
  }

  /** Storage took, or refused for good, so many bytes. */
  release(bytes: number): void {
    this.used -= bytes;
    if (this.line.length > 0 && this.all < this.resume) this.schedule();
  }

  /** Nobody is kept waiting any more. */
  close(): void {
    this.closed = true;
    if (this.line.length > 0) this.schedule();
  }

  /** @throws ThrottleError at the hard mark */
  check(): void {
    if (this.all < this.hard) return;
    this.refused++;
    throw new ThrottleError(`${this.all} bytes of data points are waiting for storage`);
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      if (this.line.length === 0 || !this.accepting) return;
      // One writer, then the event loop: what it adds counts before the next one is let in.
      const letIn = this.line.shift();
      if (this.line.length > 0) this.schedule();
      letIn?.();
    });
  }
}
