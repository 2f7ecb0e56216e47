import { ClientError } from '../../util/errors';
import { countAlone, type CountShared, type SharedCount } from '../../util/shared-count';
import { timerMs } from '../../util/within-time';
import { WaitingLine, type Waiting } from './waiting-line';
import type { StopSignal } from '../../util/stop-signal';

/** How many queries there may be. */
export interface QueueLimits {
  /** At once; 0: no limit. */
  readonly running: number;
  /** Waiting to begin; beyond them a query is refused. */
  readonly waiting: number;
  /** Milliseconds that one may wait; one that would have to wait longer is refused as soon as that can be told. */
  readonly waitMs: number;
}

/** As the original says it. */
export const tooMany = (): ClientError => new ClientError(503, 'Too many requests pending, please try again later');

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
 * that run hold much of the memory. The others wait, clients taking turns. Those that would have to wait for too long are refused at
 * once: their clients would no longer be there when it is their turn.
 */
export class QueryQueue {
  private running = 0;
  private heavy = 0;
  /** Light ones that may run at once as long as there are no heavy ones. */
  private allowed = HEAVY_AT_ONCE;
  private readonly line: WaitingLine;
  private readonly elsewhere: Readonly<Record<'running' | 'heavy' | 'waiting', SharedCount>>;

  /**
   * @param hasRoom whether there is memory for one more; one alone runs in any case
   * @param clock milliseconds on a clock that never goes back
   * @param shared counts the queries of other workers, too
   */
  constructor(
    private readonly limits: QueueLimits,
    private readonly hasRoom: () => boolean,
    private readonly clock: () => number = () => performance.now(),
    shared: CountShared = countAlone,
  ) {
    this.line = new WaitingLine(clock);
    this.elsewhere = {
      running: shared('queries.running', () => this.running),
      heavy: shared('queries.heavy', () => this.heavy),
      waiting: shared('queries.waiting', () => this.line.size),
    };
    for (const count of Object.values(this.elsewhere)) count.onChange(() => this.admit());
  }

  /**
   * @param client who asks
   * @returns at once, if there is a place
   * @throws ClientError 503 when too many wait already, or it would wait too long; the signal's reason when it aborts first
   */
  enter(client: string, signal: StopSignal): QueuePlace | Promise<QueuePlace> {
    const { line, limits } = this;
    if (line.size === 0 && this.mayBegin()) return this.begin();
    if (line.size + this.elsewhere.waiting.elsewhere >= limits.waiting || (line.forecast(client, 1) ?? 0) > limits.waitMs) throw tooMany();
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', aborted);
        line.remove(waiting);
      };
      const waiting: Waiting = {
        client,
        since: this.clock(),
        grant: () => {
          stop();
          resolve(this.begin());
        },
        refuse: () => {
          stop();
          reject(tooMany());
        },
      };
      const aborted = (): void => {
        stop();
        reject(signal.reason);
      };
      const timer = setTimeout(waiting.refuse, timerMs(limits.waitMs)).unref();
      line.add(waiting);
      signal.addEventListener('abort', aborted, { once: true });
      if (signal.aborted) aborted();
    });
  }

  /** Lets those begin for whom there is a place now. */
  admit(): void {
    const { line } = this;
    while (line.size > 0 && this.mayBegin()) line.next()?.grant();
    for (let last = line.last(); last !== null && this.isTooFar(last); last = line.last()) last.refuse();
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
    const { limits, allowed, elsewhere } = this;
    // One of each worker runs in any case, so that none waits for news of the others.
    if (limits.running === 0 || this.running === 0) return true;
    const running = this.running + elsewhere.running.elsewhere;
    const heavy = this.heavy + elsewhere.heavy.elsewhere;
    const light = heavy === 0 ? allowed : Math.max(1, HEAVY_AT_ONCE - heavy);
    return running < limits.running && running - heavy < light && this.hasRoom();
  }

  private begin(): QueuePlace {
    this.running++;
    return new QueuePlace(this);
  }

  /** Whether the last one of a client will have waited too long when it begins. */
  private isTooFar({ client, since }: Waiting): boolean {
    const more = this.line.forecast(client, 0);
    return more !== null && this.clock() - since + more > this.limits.waitMs;
  }
}
