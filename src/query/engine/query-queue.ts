import { ClientError } from '../../util/errors';

/** How many queries there may be. */
export interface QueueLimits {
  /** At once; 0: no limit. */
  readonly running: number;
  /** Waiting to begin; beyond them a query is refused. */
  readonly waiting: number;
}

/** Gives the place up, once. */
export type Leave = () => void;

/**
 * Lets queries begin: so many at once, and no more while those that run hold much of the memory. The others wait, and clients take turns, so
 * that one with hundreds of queries does not keep the others from theirs.
 */
export class QueryQueue {
  private running = 0;
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
  enter(client: string, signal: AbortSignal): Leave | Promise<Leave> {
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

  private mayBegin(): boolean {
    const { running } = this.limits;
    return running === 0 || this.running === 0 || (this.running < running && this.hasRoom());
  }

  private begin(): Leave {
    this.running++;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.running--;
      this.admit();
    };
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
