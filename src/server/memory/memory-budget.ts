import { ClientError } from '../../util/errors';
import { timerMs } from '../../util/within-time';

/** Part of the budget that large reservations leave to small requests. */
const FOR_SMALL = 0.25;

const tooMuch = (): ClientError => new ClientError(503, 'Too many requests in memory', 'Please try again later');

interface Waiting {
  readonly bytes: number;
  grant(): void;
}

/**
 * The bytes that all requests of the process hold together, from the first byte of a request to the last one of its answer. What is beyond it
 * is refused, or waits in the order in which it came; it never grows.
 */
export class MemoryBudget {
  private held = 0;
  private readonly queue = new Set<Waiting>();

  /**
   * @param limit bytes; 0: no limit
   * @param waitMs how long a reservation may wait
   */
  constructor(
    private readonly limit: number,
    private readonly waitMs: number,
  ) {}

  /** Bytes held now. */
  get used(): number {
    return this.held;
  }

  /** Reservations that wait now. */
  get waiting(): number {
    return this.queue.size;
  }

  /** Most that large reservations hold together, and so that one connection does. */
  get share(): number {
    return this.limit === 0 ? Infinity : Math.floor(this.limit * (1 - FOR_SMALL));
  }

  /** Takes bytes at once. @throws ClientError 503 */
  take(bytes: number): void {
    if (this.limit > 0 && this.held + bytes > this.limit) throw tooMuch();
    this.held += bytes;
  }

  /**
   * Takes bytes, at most `share` of them, as soon as they are there; null: at once. First come, first served.
   * @param signal aborts when nobody wants them any more; rejects with its reason
   * @throws ClientError 503 when they are not there in time
   */
  reserve(bytes: number, signal: AbortSignal): Promise<void> | null {
    if (this.queue.size === 0 && this.fits(bytes)) {
      this.held += bytes;
      return null;
    }
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', gone);
        this.queue.delete(waiting);
      };
      const fail = (error: unknown): void => {
        stop();
        reject(error instanceof Error ? error : tooMuch());
        this.grant();
      };
      const gone = (): void => fail(signal.reason);
      const timer = setTimeout(() => fail(tooMuch()), timerMs(this.waitMs));
      const waiting = {
        bytes,
        grant: () => {
          stop();
          resolve();
        },
      };
      this.queue.add(waiting);
      signal.addEventListener('abort', gone, { once: true });
      if (signal.aborted) gone();
    });
  }

  give(bytes: number): void {
    this.held -= bytes;
    if (this.queue.size > 0) this.grant();
  }

  private grant(): void {
    for (const first of this.queue) {
      if (!this.fits(first.bytes)) return;
      this.held += first.bytes;
      first.grant();
    }
  }

  private fits(bytes: number): boolean {
    return this.held + bytes <= this.share;
  }
}
