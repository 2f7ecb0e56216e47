import { BYTES_PER_POINT } from '../series';
import { ADVICE } from './limits';
import { ClientError } from '../../util/errors';
import { collectSoon } from '../../util/heap-growth';
import { countAlone, type CountShared, type SharedCount } from '../../util/shared-count';

/** Small queries may go beyond the limit by this factor when large ones have used it up. */
const WITH_SMALL = 1.25;
/** A query that holds more counts as heavy. */
const HEAVY_BYTES = 2 * 1024 * 1024;
/** What so many bytes leave behind should not stay until there is something to do again. */
const WORTH_COLLECTING = 64 * 1024 * 1024;
/** Nor may workers go beyond it by more than this factor while they wait for each other to give something up. */
const WITH_NEWS = 1.5;
/** News of what a worker has given up have reached the others by then. */
const NEWS_MS = 150;

/**
 * Limits the memory that the points of all running queries hold together, spare capacity of their arrays included. At the limit, queries that hold
 * more than an equal share are refused more, so that one query over everything does not bring down the small ones; those may exceed
 * the limit by a quarter.
 */
export class QueryMemory {
  private used = 0;
  private readonly others: SharedCount;
  private readonly otherShares: SharedCount;
  private readonly shares = new Set<MemoryShare>();
  /** Since when what is known of all workers is beyond the limit; null: it is not. */
  private beyondSince: number | null = null;
  private readonly patienceMs: number;

  /**
   * @param limit bytes; 0: none
   * @param shared counts what queries of other workers hold, too
   * @param behind workers whose queries are refused before this one's, when all together are beyond the limit: they would all give up theirs at
   * once otherwise, and no query would end
   * @param clock milliseconds on a clock that never goes back
   */
  constructor(
    private readonly limit: number,
    shared: CountShared = countAlone,
    behind = 0,
    private readonly clock: () => number = () => performance.now(),
  ) {
    this.patienceMs = behind * NEWS_MS;
    this.others = shared('query.memory', () => this.used);
    this.otherShares = shared('query.memory.queries', () => this.shares.size);
  }

  /** Bytes of all workers. */
  private get all(): number {
    return this.used + this.others.elsewhere;
  }

  /** Whether little of the limit is in use. */
  get isFree(): boolean {
    return this.limit === 0 || this.all <= this.limit / 2;
  }

  /** Told when there may be room that another worker's queries had. */
  onRoom(listener: () => void): void {
    this.others.onChange(listener);
  }

  /** Opens the account of a query; it has to be freed when the query ends. */
  share(): MemoryShare {
    return new MemoryShare(this);
  }

  /** Called by MemoryShare. @throws ClientError 413 */
  change(share: MemoryShare, bytes: number): void {
    this.shares.add(share);
    this.used += bytes;
    if (this.limit === 0 || bytes <= 0 || this.isWithin()) return;
    const most = this.limit * WITH_SMALL;
    const shares = this.shares.size + this.otherShares.elsewhere;
    if (this.all <= most && share.bytes * shares < this.all) return;
    // For a moment workers may hold more than that together.
    if (this.others.elsewhere > 0 && this.used <= most && share.bytes <= HEAVY_BYTES) return;
    const megabytes = Math.floor(this.limit / 1024 / 1024);
    throw new ClientError(413, `Sorry, running queries hold more than our maximum amount of ${megabytes}MB in memory. ${ADVICE}`);
  }

  /** Whether all workers are within the limit, or may be as soon as there are news of those that are to give up something first. */
  private isWithin(): boolean {
    if (this.all <= this.limit) {
      this.beyondSince = null;
      return true;
    }
    if (this.patienceMs === 0 || this.used > this.limit || this.all > this.limit * WITH_NEWS) return false;
    const now = this.clock();
    this.beyondSince ??= now;
    return now - this.beyondSince < this.patienceMs;
  }

  /** Called by MemoryShare. */
  remove(share: MemoryShare): void {
    if (this.shares.delete(share)) this.used -= share.bytes;
  }
}

/** The account of one query. */
export class MemoryShare {
  bytes = 0;
  /** The most bytes that it has held so far. */
  most = 0;
  /** Called once, when the query becomes heavy. */
  onHeavy: (() => void) | null = null;
  private freed = false;

  constructor(private readonly memory: QueryMemory) {}

  /** @param points to add; negative: to take off @throws ClientError 413 */
  add(points: number): void {
    if (this.freed) return; // a scan that has not yet been told that its query is over
    this.bytes += points * BYTES_PER_POINT;
    if (this.bytes > this.most) this.most = this.bytes;
    if (this.bytes > HEAVY_BYTES && this.onHeavy !== null) {
      this.onHeavy();
      this.onHeavy = null;
    }
    this.memory.change(this, points * BYTES_PER_POINT);
  }

  /** Accounts for memory other than points. @throws ClientError 413 */
  addBytes(bytes: number): void {
    this.add(bytes / BYTES_PER_POINT);
  }

  /** Releases everything; later calls do nothing. */
  free(): void {
    if (this.freed) return;
    this.memory.remove(this);
    if (this.most >= WORTH_COLLECTING) collectSoon();
    this.bytes = 0;
    this.freed = true;
  }
}
