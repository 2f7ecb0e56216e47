import { countAlone, type CountShared } from '../../util/shared-count';
import { MemoryPool } from './memory-pool';

/** Parts of the budget: for what is taken without waiting, for reservations of a usual size, and for the largest ones. */
const SMALL = 3 / 16;
const MEDIUM = 4 / 16;
/** Requests that may wait for the last part: they hold some of the others meanwhile. */
const LARGE_WAITING = 8;
/** A reservation of up to this part of the budget is of a usual size. */
const MEDIUM_SIZE = 1 / 16;

/**
 * The bytes that all requests of the TSD hold together, from the first byte of a request to the last one of its answer. What is beyond it
 * is refused, or waits in the order in which it came; it never grows. Requests of different sizes have parts of their own, so that a few huge
 * ones don't keep the usual ones from theirs.
 */
export class MemoryBudget {
  readonly small: MemoryPool;
  private readonly medium: MemoryPool;
  private readonly large: MemoryPool;
  private readonly mediumSize: number;

  /**
   * @param limit bytes; 0: no limit
   * @param waitMs how long a reservation may wait
   * @param shared counts what all workers hold
   */
  constructor(limit: number, waitMs: number, shared: CountShared = countAlone) {
    const all = limit === 0 ? Infinity : limit;
    const pool = (part: number, name: string, places?: number): MemoryPool =>
      new MemoryPool(all * part, waitMs, places, (own) => shared(`http.memory.${name}`, own));
    this.small = pool(SMALL, 'small');
    this.medium = pool(MEDIUM, 'medium');
    this.large = pool(1 - SMALL - MEDIUM, 'large', LARGE_WAITING);
    this.mediumSize = all * MEDIUM_SIZE;
  }

  /** Bytes held now. */
  get used(): number {
    return this.small.used + this.medium.used + this.large.used;
  }

  /** Reservations that wait now. */
  get waiting(): number {
    return this.medium.waiting + this.large.waiting;
  }

  /** Most that one connection may hold; what needs more runs alone. */
  get share(): number {
    return this.large.limit;
  }

  /** Where a reservation of this size is made. */
  poolFor(bytes: number): MemoryPool {
    return bytes <= this.mediumSize ? this.medium : this.large;
  }
}
