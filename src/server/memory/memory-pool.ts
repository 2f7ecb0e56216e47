import { ClientError } from '../../util/errors';
import { countAlone, type SharedCount } from '../../util/shared-count';
import { timerMs } from '../../util/within-time';

interface Waiting {
  readonly bytes: number;
  grant(): void;
}

const tooMuch = (): ClientError => new ClientError(503, 'Too many requests in memory', 'Please try again later');

/** Bytes that requests of one size share, those of all workers: what is not there is refused, or waited for in the order in which it was asked for. */
export class MemoryPool {
  private held = 0;
  private readonly others: SharedCount;
  private readonly queue = new Set<Waiting>();

  /**
   * @param limit bytes; Infinity: any number
   * @param waitMs how long one may wait
   * @param places how many may wait
   * @param share counts them with those of other workers
   */
  constructor(
    readonly limit: number,
    private readonly waitMs: number,
    private readonly places = Infinity,
    share: (own: () => number) => SharedCount = (own) => countAlone('', own),
  ) {
    this.others = share(() => this.held);
    this.others.onChange(() => this.grant());
  }

  get used(): number {
    return this.held;
  }

  get waiting(): number {
    return this.queue.size;
  }

  /** @throws ClientError 503 */
  take(bytes: number): void {
    if (!this.fits(bytes)) throw tooMuch();
    this.held += bytes;
  }

  /**
   * Takes bytes as soon as they are there; null: they are. What is more than the limit gets everything.
   * @param signal aborts when nobody wants them any more; rejects with its reason
   * @throws ClientError 503 when they are not there in time, or too many wait for some already
   */
  reserve(bytes: number, signal: AbortSignal): Promise<void> | null {
    if (this.queue.size === 0 && this.fits(bytes)) {
      this.held += bytes;
      return null;
    }
    if (this.queue.size >= this.places) throw tooMuch();
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', gone);
        this.queue.delete(waiting);
      };
      const fail = (error: unknown): void => {
        stop();
        reject(error);
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
    return this.held + this.others.elsewhere + bytes <= this.limit;
  }
}
