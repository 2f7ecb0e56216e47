import { ClientError } from '../../util/errors';

/** How many queries there may be. */
export interface QueueLimits {
  /** At once; 0: no limit. */
  readonly running: number;
  /** Waiting to begin; beyond them a query is refused. */
  readonly waiting: number;
}

/** Heavy queries that may run at once; while there are as many, others begin one at a time. */
const HEAVY_AT_ONCE = 4;

/** A query's place among those that run. */
export class QueuePlace {
  private left = false;
  private isHeavy = false;

  constructor(private readonly queue: QueryQueue) {}

  /** It turned out to be a heavy one. */
  heavy(): void {
    if (this.left || this.isHeavy) return;
    this.isHeavy = true;
    this.queue.countHeavy(1);
  }

  /** Gives the place up. */
  leave(): void {
    if (this.left) return;
    this.left = true;
    if (this.isHeavy) this.queue.countHeavy(-1);
    this.queue.end(!this.isHeavy);
  }
}

/**
 * Lets queries begin: a few at first, more with every one that turned out to be light, fewer while there are heavy ones, and none while those
 * that run hold much of the memory. The others wait, and clients take turns, so that one with hundreds of queries does not keep the others
 * from theirs.
 */
export class QueryQueue {
  private running = 0;
  private heavy = 0;
  /** Light ones that may run at once as long as there are no heavy ones. */
  private allowed = HEAVY_AT_ONCE;
  private waiting = 0;
  /** By client; the one whose turn is next is the first. */
  private readonly clients = new Map<string, (() => void)[]>();

  /** @param hasRoom whether there is memory for one more; one alone runs in any case */
  constructor(
    private readonly limits: QueueLimits,
    private readonly hasRoom: () => boolean,
  ) {}

  /**
   * @param client who asks
   * @returns at once, if there is a place
   * @throws ClientError 503 when too many wait already; the signal's reason when it aborts first
   */
  enter(client: string, signal: AbortSignal): QueuePlace | Promise<QueuePlace> {
    if (this.waiting === 0 && this.mayBegin()) return this.begin();
    if (this.waiting >= this.limits.waiting) throw new ClientError(503, 'Too many requests pending, please try again later');
    return new Promise((resolve, reject) => {
      const granted = (): void => {
        signal.removeEventListener('abort', aborted);
        resolve(this.begin());
      };
      const aborted = (): void => {
        this.remove(client, granted);
        reject(signal.reason as Error);
      };
      this.waiting++;
      const queue = this.clients.get(client);
      if (queue) queue.push(granted);
      else this.clients.set(client, [granted]);
      signal.addEventListener('abort', aborted, { once: true });
      if (signal.aborted) aborted();
    });
  }

  /** Lets those begin for whom there is a place now. */
  admit(): void {
    while (this.waiting > 0 && this.mayBegin()) {
      for (const [client, queue] of this.clients) {
        this.clients.delete(client);
        const next = queue.shift();
        if (queue.length > 0) this.clients.set(client, queue);
        this.waiting--;
        next?.();
        break;
      }
    }
  }

  /** For QueuePlace. */
  countHeavy(more: number): void {
    this.heavy += more;
  }

  /** For QueuePlace. @param light it was not a heavy one */
  end(light: boolean): void {
    this.running--;
    if (!light) this.allowed = HEAVY_AT_ONCE;
    else if (this.allowed < this.limits.running) this.allowed++;
    this.admit();
  }

  private mayBegin(): boolean {
    const { limits, heavy, running, allowed } = this;
    if (limits.running === 0 || running === 0) return true;
    const light = heavy === 0 ? allowed : Math.max(1, HEAVY_AT_ONCE - heavy);
    return running < limits.running && running - heavy < light && this.hasRoom();
  }

  private begin(): QueuePlace {
    this.running++;
    return new QueuePlace(this);
  }

  private remove(client: string, granted: () => void): void {
    const queue = this.clients.get(client);
    const at = queue?.indexOf(granted) ?? -1;
    if (queue === undefined || at < 0) return;
    queue.splice(at, 1);
    if (queue.length === 0) this.clients.delete(client);
    this.waiting--;
  }
}
