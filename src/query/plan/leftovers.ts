import { collectNext, collectSoon } from '../../util/heap-growth';
import { pointArrays } from '../series';

/** What a query that held so many bytes leaves behind should not stay until there is something to do again. */
const SOME = 8 * 1024 * 1024;
/** What so many bytes leave behind should not be there any more when other queries hold as many. */
const MUCH = 64 * 1024 * 1024;
/** When none has ended for so long, the arrays of queries are not kept for others. */
const QUIET_MS = 10_000;

/** How garbage is collected. */
export interface Collector {
  /** In some seconds. */
  soon(): void;
  /** At the next opportunity, within a second or two. Resolves when it is done; null: nobody can. */
  next(): Promise<void> | null;
}

const HEAP: Collector = { soon: collectSoon, next: collectNext };

/**
 * What queries leave behind in memory when they end, and when it is collected: at once where it is much, in some seconds where it is less. Until
 * then it takes as much of the process as if a query held it.
 */
export class Leftovers {
  /** What queries held that were large, until it is collected. */
  private left = 0;
  private underWay: Promise<void> | null = null;
  private quiet: NodeJS.Timeout | null = null;

  constructor(private readonly collector: Collector = HEAP) {}

  /** Bytes that may not be collected yet, of those that somebody collects soon. */
  get bytes(): number {
    return this.underWay === null ? 0 : this.left;
  }

  /** Resolves when what much has left is collected, which takes no longer than a second or two; null: there is none. */
  get collection(): Promise<void> | null {
    return this.underWay;
  }

  /** A query has ended, or has let go of what it had read. @param most bytes that it held at the most */
  ended(most: number): void {
    const isSettled = pointArrays.settle();
    if (most > SOME) this.left += most;
    if (this.left >= MUCH) this.collect();
    else if (isSettled || most > SOME) this.collector.soon();
    if (this.quiet !== null) this.quiet.refresh();
    else this.quiet = setTimeout(() => this.giveBack(), QUIET_MS).unref();
  }

  close(): void {
    if (this.quiet !== null) clearTimeout(this.quiet);
  }

  private collect(): void {
    if (this.underWay !== null) return;
    const { left } = this;
    const collected = this.collector.next();
    if (collected === null) {
      this.left = 0;
      return;
    }
    this.underWay = collected.then(() => {
      this.underWay = null;
      // What has ended in between may have been referred to still.
      this.left -= left;
      if (this.left >= MUCH) this.collect();
    });
  }

  private giveBack(): void {
    this.left = 0;
    if (pointArrays.settle(true)) this.collector.soon();
  }
}
