import { BYTES_PER_POINT } from '../series';
import { Leftovers } from './leftovers';
import { ADVICE } from './limits';
import { ClientError } from '../../util/errors';
import type { StopSignal } from '../../util/stop-signal';
import { withinTime } from '../../util/within-time';
import { countAlone, type CountShared, type SharedCount } from '../../util/shared-count';

/** Small queries may go beyond the limit by this factor when large ones have used it up. */
const WITH_SMALL = 1.25;
/** A query that holds more counts as heavy. */
const HEAVY_BYTES = 2 * 1024 * 1024;
/** A query that holds so many bytes may come to hold very many. */
const GROWING_BYTES = 8 * 1024 * 1024;
/** Nor may workers go beyond it by more than this factor while they wait for each other to give something up. */
const WITH_NEWS = 1.5;
/** News of what a worker has given up have reached the others by then. */
const NEWS_MS = 150;
/** What is kept for one query leaves so much of the limit to small ones. */
const MOST_RESERVED = 0.75;

/** There is no room for more of a query because of what others hold: there may be when they have ended. */
export class CrowdedError extends ClientError {}

interface Waiting {
  readonly bytes: number;
  grant(): void;
}

/**
 * Limits the memory that the points of all running queries hold together, spare capacity of their arrays included. At the limit, queries that hold
 * more than an equal share are refused more, so that one query over everything does not bring down the small ones; those may exceed
 * the limit by a quarter. One that was refused because of the others can have room kept for it, and begin anew: it holds nothing while it waits,
 * so no two wait for each other.
 */
export class QueryMemory {
  private used = 0;
  private readonly others: SharedCount;
  private readonly otherShares: SharedCount;
  private readonly shares = new Set<MemoryShare>();
  /** In the order in which they came. */
  private readonly line = new Set<Waiting>();
  /** Since when what is known of all workers is beyond the limit; null: it is not. */
  private beyondSince: number | null = null;
  private readonly patienceMs: number;

  /**
   * @param limit bytes; 0: none
   * @param shared counts what queries of other workers hold, too
   * @param behind workers whose queries are refused before this one's, when all together are beyond the limit: they would all give up theirs at
   * once otherwise, and no query would end
   * @param clock milliseconds on a clock that never goes back
   * @param leftovers of queries that have ended
   */
  constructor(
    private readonly limit: number,
    shared: CountShared = countAlone,
    behind = 0,
    private readonly clock: () => number = () => performance.now(),
    private readonly leftovers = new Leftovers(),
  ) {
    this.patienceMs = behind * NEWS_MS;
    this.others = shared('query.memory', () => this.used);
    this.otherShares = shared('query.memory.queries', () => this.shares.size);
    // Others have the same news, and would all have the room that it tells of.
    this.others.onChange(() => {
      if (this.line.size > 0) setTimeout(() => this.admit(), this.patienceMs).unref();
    });
  }

  /** Bytes of all workers. */
  private get all(): number {
    return this.used + this.others.elsewhere;
  }

  /** Whether little of the limit is in use, and nobody waits for it. */
  get isFree(): boolean {
    return this.limit === 0 || (this.line.size === 0 && this.all <= this.limit / 2);
  }

  /** Told when there may be room that another worker's queries had. */
  onRoom(listener: () => void): void {
    this.others.onChange(listener);
  }

  /** Opens the account of a query; it has to be freed when the query ends. */
  share(): MemoryShare {
    return new MemoryShare(this);
  }

  /**
   * Opens the account of a query as soon as so many bytes are there for it alone; more than three quarters of the limit never are.
   * @param late what to throw when they are not there in time
   * @throws the signal's reason when it aborts first
   */
  reserve(bytes: number, waitMs: number, signal: StopSignal, late: () => Error): Promise<MemoryShare> {
    const reserved = Math.min(bytes, this.limit * MOST_RESERVED);
    let share: MemoryShare | null = null;
    let waiting: Waiting | null = null;
    const granted = new Promise<MemoryShare>((resolve) => {
      waiting = {
        bytes: reserved,
        grant: () => {
          share = new MemoryShare(this, reserved);
          this.change(share, reserved);
          resolve(share);
        },
      };
      this.line.add(waiting);
    });
    this.admit();
    const tooLate = (): never => {
      if (waiting !== null) this.line.delete(waiting);
      share?.free();
      this.admit();
      throw signal.aborted ? signal.reason : late();
    };
    return withinTime(granted, waitMs, tooLate, signal);
  }

  /** Queries that wait for room. */
  get waiting(): number {
    return this.line.size;
  }

  /** Gives those in front the room that there is now. */
  private admit(): void {
    for (const waiting of this.line) {
      if (this.all + waiting.bytes > this.limit) return;
      this.line.delete(waiting);
      waiting.grant();
    }
  }

  /** Called by MemoryShare. @param bytes by which what is held or kept for it has changed @throws ClientError 413; CrowdedError */
  change(share: MemoryShare, bytes: number): void {
    this.shares.add(share);
    this.used += bytes;
    if (bytes < 0) this.admit();
    if (this.limit === 0 || bytes <= 0 || this.isWithin()) return;
    const most = this.limit * WITH_SMALL;
    const isMost = this.isMost(share);
    if (this.all <= most && (share.isReading ? isMost && share.bytes <= this.limit : true)) return;
    const shares = this.shares.size + this.otherShares.elsewhere;
    if (this.all <= most && share.bytes * shares < this.all) return;
    // For a moment workers may hold more than that together.
    if (this.others.elsewhere > 0 && this.used <= most && share.bytes <= HEAVY_BYTES) return;
    throw share.bytes > this.limit || isMost ? new ClientError(413, this.refusal) : this.crowded();
  }

  /** Called by MemoryShare. Whether as much is kept for it as may be. */
  isMost(share: MemoryShare): boolean {
    return share.reserved >= this.limit * MOST_RESERVED;
  }

  /** Called by MemoryShare. */
  crowded(): CrowdedError {
    return new CrowdedError(413, this.refusal);
  }

  private get refusal(): string {
    const megabytes = Math.floor(this.limit / 1024 / 1024);
    return `Sorry, running queries hold more than our maximum amount of ${megabytes}MB in memory. ${ADVICE}`;
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

  /** Called by MemoryShare. Resolves when there is no more garbage than there is room for; null: there is not. */
  collected(): Promise<void> | null {
    return this.limit > 0 && this.used + this.leftovers.bytes > this.limit ? this.leftovers.collection : null;
  }

  /** Called by MemoryShare. */
  remove(share: MemoryShare): void {
    this.leftovers.ended(share.most);
    if (!this.shares.delete(share)) return;
    this.used -= share.held;
    this.admit();
  }

  /** There are no more queries. */
  close(): void {
    this.leftovers.close();
  }
}

/** The account of one query. */
export class MemoryShare {
  bytes = 0;
  /** The most bytes that it has held so far. */
  most = 0;
  /** It is being read; from then on it only holds what its numbers are computed from, until they are. */
  isReading = true;
  /** Bytes that should be kept for it when it begins anew, at the least. */
  wanted = 0;
  /** Called once, when the query becomes heavy. */
  onHeavy: (() => void) | null = null;
  private freed = false;
  /** From so many bytes on it waits for garbage once more. */
  private waitsFrom = GROWING_BYTES;

  /** @param reserved bytes that are kept for it */
  constructor(
    private readonly memory: QueryMemory,
    readonly reserved = 0,
  ) {}

  /** Bytes that it holds, or that are kept for it. */
  get held(): number {
    return Math.max(this.bytes, this.reserved);
  }

  /** @param points to add; negative: to take off @throws ClientError 413; CrowdedError */
  add(points: number): void {
    if (this.freed) return; // a scan that has not yet been told that its query is over
    const { held } = this;
    this.bytes += points * BYTES_PER_POINT;
    if (this.bytes > this.most) this.most = this.bytes;
    if (this.bytes > HEAVY_BYTES && this.onHeavy !== null) {
      this.onHeavy();
      this.onHeavy = null;
    }
    this.memory.change(this, this.held - held);
  }

  /**
   * To be waited for between two steps of growing; null: it may go on, as small queries always may. What queries before it have left is garbage that takes
   * memory as well, until it is collected. It waits once each time that it has become twice as large, for a second or two at the most.
   */
  mayGrow(): Promise<void> | null {
    if (this.bytes < this.waitsFrom) return null;
    this.waitsFrom = 2 * this.bytes;
    return this.memory.collected();
  }

  /** Whether as much is kept for it as may be for one: others are no reason to begin anew any more. */
  get hasMost(): boolean {
    return this.memory.isMost(this);
  }

  /** To be called before what can't be done anew. @throws CrowdedError unless as much is kept for it as may be */
  needMost(): void {
    if (this.hasMost) return;
    this.wanted = Infinity;
    throw this.memory.crowded();
  }

  /** Accounts for memory other than points. @throws ClientError 413; CrowdedError */
  addBytes(bytes: number): void {
    this.add(bytes / BYTES_PER_POINT);
  }

  /** Releases everything; later calls do nothing. */
  free(): void {
    if (this.freed) return;
    this.memory.remove(this);
    this.bytes = 0;
    this.freed = true;
  }
}
