import { baseTimeAt, baseTimeOfKey, type KeyLayout } from '../../schema';
import type { WrittenRows } from '../written-rows';
import { RowPool } from './row-pool';

/** Seconds from a row's base time to the first second in which it may be compacted, had nobody written it since. */
export const ROW_AGE = 3601;
const HOUR = 3600;
/** Hours ahead of the clock that have a pool each; rows further ahead share one, or a client's wild timestamps would make many. */
const HOURS_AHEAD = 2;
/** Pools in line to be compacted; more are not opened for rows that come late, which gather in one instead. */
const MAX_DUE_POOLS = 4;
/** Rows that are looked at to find some to take. */
const MAX_LOOKS = 4096;

export interface QueueOptions {
  layout: KeyLayout;
  /** Most bytes; rows beyond are not taken. */
  maxBytes: number;
  /** Milliseconds that rows stay before they are compacted, at least: more cells may be on their way. */
  quietMs: number;
  /** What makes the order this process's own. */
  seed: number;
  /** Whether a row will be added again soon, because points of it are on their way. */
  isWriting: (key: Buffer) => boolean;
  /** Milliseconds, `Date.now()` scale. */
  now: () => number;
}

/**
 * The rows that wait for compaction, oldest hours first: rows of the hours under way by hour, rows of past hours as they come.
 * It holds keys only, and lives in memory only: after a restart rows that were in it stay as they are, which reads the same.
 */
export class RowQueue {
  /** Rows not taken because the queue was full. */
  dropped = 0;
  private readonly hours = new Map<number, RowPool>();
  /** In line to be compacted. */
  private due: RowPool[] = [];
  /** Rows of past hours: those that come now, and those that came in the time before. */
  private recent: RowPool;
  private settling: RowPool;
  /** Rows that are in both. */
  private inBoth = 0;
  /** Rows in line that will be passed over. */
  private again = 0;
  private turned: number;
  /** Rows of hours far ahead. */
  private far: RowPool;
  private farSorted: number;
  /** Rows that queries found in need. */
  private read: RowPool;
  private sinceSum = 0;
  private isFull = false;
  /** Where rows of the hour go that had one last, until the clock has its effect: to look at it for every row costs more than the rest. */
  private lastHour = -1;
  private lastPool: RowPool | null = null;
  private readonly baseAt: number;

  constructor(private readonly options: QueueOptions) {
    const now = options.now();
    this.baseAt = baseTimeAt(options.layout);
    this.recent = this.newPool();
    this.settling = this.newPool();
    this.far = this.newPool();
    this.read = this.newPool();
    this.turned = now;
    this.farSorted = now;
  }

  /** Rows in it, without those that queries found; rows that have been written again count once, nearly always. */
  get size(): number {
    let size = this.recent.size + this.settling.size + this.far.size - this.inBoth - this.again;
    for (const pool of this.hours.values()) size += pool.size;
    for (const pool of this.due) size += pool.size;
    return size;
  }

  /** Rows that queries found in need. */
  get readSize(): number {
    return this.read.size;
  }

  /** Bytes of memory. */
  get bytes(): number {
    let bytes = this.recent.bytes + this.settling.bytes + this.far.bytes + this.read.bytes;
    for (const pool of this.hours.values()) bytes += pool.bytes;
    for (const pool of this.due) bytes += pool.bytes;
    return bytes;
  }

  /** A row got points. @param key copied. @param baseTime seconds */
  add(key: Uint8Array, baseTime: number): void {
    this.addTo(this.poolAt(baseTime), key);
  }

  /** Rows got points. Most are here already when series get a point at a time: of those no more is looked at than their base times and fingerprints. */
  addWritten(rows: WrittenRows): void {
    const { baseAt } = this;
    for (let i = 0; i < rows.size; i++) {
      const pool = this.poolAt(rows.uint32(i, baseAt));
      if (!pool.hasLike(rows.fingerprint(i))) this.addTo(pool, rows.key(i));
    }
  }

  private poolAt(baseTime: number): RowPool {
    const hour = Math.floor(baseTime / HOUR);
    if (hour !== this.lastHour || this.lastPool === null) {
      this.lastPool = this.poolOf(hour, baseTime);
      this.lastHour = hour;
    }
    return this.lastPool;
  }

  /** A query read a row that is old enough and not as compaction leaves it. @param key copied */
  addRead(key: Uint8Array): void {
    this.addTo(this.read, key);
  }

  /** Lets the clock have its effect; at least once a second. */
  turn(): void {
    const now = this.options.now();
    this.release(now - this.options.quietMs);
    this.due = this.due.filter((pool) => pool.size > 0);
    if (this.due.length === 0) this.again = 0;
    // A clock that was set back counts from there.
    this.turned = Math.min(this.turned, now);
    this.farSorted = Math.min(this.farSorted, now);
    if (now - this.turned >= this.options.quietMs && this.due.length < MAX_DUE_POOLS) this.settle(now);
    if (now - this.farSorted >= HOUR * 1000) this.sortFar(now);
  }

  /**
   * Takes rows that may be compacted now, at most so many, those of the oldest hours first. Views. Rows that have been written again, or are
   * just being written, are passed over, a bounded number at once: they rest anew.
   */
  take(count: number): Buffer[] {
    return this.takeFrom(this.due, count);
  }

  /** The same of the rows that queries found. */
  takeRead(count: number): Buffer[] {
    return this.takeFrom([this.read], count);
  }

  private takeFrom(pools: readonly RowPool[], count: number): Buffer[] {
    const taken: Buffer[] = [];
    let looks = 0;
    for (const pool of pools)
      while (pool.size > 0 && taken.length < count && looks < MAX_LOOKS) {
        const rows = pool.take(count - taken.length);
        looks += rows.length;
        for (const row of rows)
          if (!this.comesAgain(row, pool)) taken.push(row);
          else if (pool !== this.read && this.again > 0) this.again--;
      }
    return taken;
  }

  /** Whether a row was written later than what put it into a pool, and is in another or to come again for that. */
  private comesAgain(key: Buffer, pool: RowPool): boolean {
    return (
      this.options.isWriting(key) ||
      this.recent.has(key) ||
      this.settling.has(key) ||
      this.due.some((other) => other !== pool && other.has(key))
    );
  }

  /** Makes every row that is old enough available at once. */
  settleAll(): void {
    this.turn();
    this.release(this.options.now());
    // What has rested, and after it what has not.
    this.settle(this.options.now());
    this.settle(this.options.now());
  }

  private addTo(pool: RowPool, key: Uint8Array): void {
    if (this.full()) this.dropped++;
    else if (pool.add(key) && pool === this.recent && this.settling.has(key)) this.inBoth++;
  }

  /** Whether the queue has all the bytes it may have; the sum is formed every few rows only. */
  private full(): boolean {
    if (this.sinceSum++ % 64 === 0) this.isFull = this.bytes >= this.options.maxBytes;
    return this.isFull;
  }

  private poolOf(hour: number, baseTime: number): RowPool {
    const now = Math.floor(this.options.now() / 1000);
    if (baseTime + ROW_AGE <= now) return this.recent;
    if (hour > now / HOUR + HOURS_AHEAD) return this.far;
    let pool = this.hours.get(hour);
    if (pool === undefined) this.hours.set(hour, (pool = this.newPool()));
    return pool;
  }

  /** Puts the rows in line that were old enough then. @param then milliseconds */
  private release(then: number): void {
    this.lastPool = null;
    for (const [hour, pool] of this.hours) {
      if ((hour * HOUR + ROW_AGE) * 1000 > then) continue;
      this.hours.delete(hour);
      if (pool.size > 0) this.due.push(pool);
    }
  }

  private settle(now: number): void {
    this.lastPool = null;
    this.turned = now;
    this.again += this.inBoth;
    this.inBoth = 0;
    if (this.settling.size > 0) {
      this.due.push(this.settling);
      this.settling = this.newPool();
    }
    if (this.recent.size > 0) [this.recent, this.settling] = [this.settling, this.recent];
  }

  private sortFar(now: number): void {
    this.farSorted = now;
    if (this.far.size === 0) return;
    const old = this.far;
    this.far = this.newPool();
    while (old.size > 0) for (const key of old.take(old.size)) this.add(key, baseTimeOfKey(this.options.layout, key));
  }

  private newPool(): RowPool {
    return new RowPool(this.options.seed);
  }
}
