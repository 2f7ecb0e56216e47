import { DoNotRetryError, putPacked, putsOf, StorageError, type Failure, type MutateOptions, type PackedCells } from '../storage';
import { messageOf } from '../util/message-of';
import { shortWaits } from '../util/short-waits';
import { Flight } from './flight';
import { LaneQueue } from './lane-queue';
import { LaneSlabs } from './lane-slabs';
import type { LanePace } from './pace';
import type { RowFingerprint } from './row-fingerprint';
import { RowRetries } from './row-retries';
import type { Writes } from './spool';
import type { PointSink } from './types';
import type { WriteBudget } from './write-budget';
import type { WrittenRows } from './written-rows';

/** Where the cells of a lane go, and how they are written. */
export interface LaneTarget {
  table: string;
  family: Buffer;
  /** They are appended to a column's value, not put. */
  append: boolean;
  /** Each comes with its own timestamp; otherwise they get the store's. */
  timed: boolean;
  durability: MutateOptions['durability'];
}

/** What a lane tells its owner. Key and cells are only lent. */
export interface LaneEvents {
  /** Points of rows are durable. */
  rowsStored(rows: WrittenRows): void;
  /** Nothing of these rows is waiting or on its way any more. */
  rowsClosed(rows: WrittenRows): void;
  rowFailed(key: Buffer, cells: PackedCells, points: number, error: StorageError): void;
  flushed(milliseconds: number, cells: number): void;
  retried(rows: number): void;
}

/** Bytes a row costs beside its key and cells: its places in the slabs, and what blocks leave unused. */
const ROW_COST = 250;
/** Bytes a cell costs beside itself: what growing buffers leave unused. */
const CELL_COST = 12;
/** How long a request counts against the concurrency limit once some of its rows are done, and how many late requests need not count. */
const STRAGGLER_MS = 250;
const MAX_STRAGGLERS = 64;

/**
 * The waiting cells of one family of a table, written one way (put or append). Rows are gathered until there are enough or they are old enough, and go
 * to storage with all their cells; a row that is on its way gathers again meanwhile and follows when the first write of it has ended, so
 * cells of one row always arrive in order, whatever the number of requests under way. Rows are done one by one, as far as storage tells: those
 * of a region that is away hold neither the others of their request nor, for long, its place among the requests at once. Rows and cells are
 * in slabs, and a row is a number here.
 */
export class WriteLane {
  private readonly slabs = new LaneSlabs();
  readonly append: boolean;
  private readonly queue = new LaneQueue(this.slabs);
  private flights = 0;
  private stragglers = 0;
  private timer: NodeJS.Timeout | null = null;
  /** The timer is set for points that somebody waits for. */
  private hurried = false;
  private sendsSoon = false;
  private due = false;
  /** `performance.now()`, read when the queue gets its first row and when a request ends or begins: exact enough for the age of rows. */
  private clock = 0;
  /** Calls of `drain` and `settled` that wait. */
  private drains = 0;
  private readonly retries: RowRetries;
  cells = 0;

  constructor(
    private readonly storage: Writes,
    readonly target: LaneTarget,
    private readonly pace: LanePace,
    private readonly budget: WriteBudget,
    private readonly events: LaneEvents,
  ) {
    this.append = target.append;
    this.retries = new RowRetries(this.slabs, pace, target.append, (rows) => this.tryAgain(rows));
  }

  /** Rows that have something to write. */
  get rows(): number {
    return this.slabs.size;
  }

  /** Whether a row has something to write. @param print of the key */
  isWriting(key: Buffer, print: RowFingerprint): boolean {
    return this.slabs.find(key, key.length, print) >= 0;
  }

  /** The row of a key, a new one if need be, to be given cells at once. @param length bytes of `key` in use. @param print of these */
  row(key: Buffer, length: number, print: RowFingerprint): number {
    const { slabs } = this;
    let row = slabs.find(key, length, print);
    if (row < 0) {
      if (this.queue.empty) this.clock = performance.now();
      row = slabs.insert(key, length, print, this.clock);
      this.queue.push(row);
      this.budget.used += ROW_COST + length;
    }
    return row;
  }

  /**
   * Adds a cell.
   * @param qualifier the first `qualifierLength` bytes of it; `value` likewise
   * @param timestamp milliseconds, in a lane of timed cells; -1 in others
   */
  add(
    row: number,
    qualifier: Uint8Array,
    qualifierLength: number,
    value: Uint8Array,
    valueLength: number,
    timestamp: number,
    sink: PointSink | null,
  ): void {
    const { slabs } = this;
    let portion = slabs.waiting[row];
    if (portion < 0) portion = slabs.open(row);
    slabs.add(portion, qualifier, qualifierLength, value, valueLength, timestamp);
    this.account(row, portion, qualifierLength + valueLength, sink);
  }

  /** Adds bytes to the row's append cell. */
  addAppend(row: number, qualifier: Uint8Array, bytes: Uint8Array, length: number, sink: PointSink | null): void {
    const { slabs } = this;
    let portion = slabs.waiting[row];
    if (portion < 0) portion = slabs.open(row);
    slabs.append(portion, qualifier, bytes, 0, length);
    this.account(row, portion, length, sink);
  }

  private account(row: number, portion: number, bytes: number, sink: PointSink | null): void {
    const { slabs } = this;
    const cost = CELL_COST + bytes;
    slabs.points[portion]++;
    slabs.cost[portion] += cost;
    if (sink !== null) slabs.sinks.add(portion, sink, 1);
    this.budget.used += cost;
    this.cells++;
    if (slabs.queued[row] === 0) return;
    this.queue.cells++;
    if (this.queue.cells >= this.pace.batchCells) this.pump(false);
    else if (this.timer === null || !this.hurried) this.arm(sink?.stored !== undefined);
  }

  /** Sees to it that what is queued is sent in time. */
  private arm(hurry: boolean): void {
    if (this.timer !== null) {
      if (this.hurried || !hurry) return;
      clearTimeout(this.timer);
      this.timer = null;
    }
    if (hurry && this.pace.hurryMs === 0) return this.sendSoon();
    this.hurried = hurry;
    this.timer = setTimeout(
      () => {
        this.timer = null;
        this.pump(true);
      },
      hurry ? this.pace.hurryMs : this.pace.flushMs,
    );
  }

  /**
   * Sends what is queued at the end of this turn of the event loop, so that what comes in one go shares a request; or as soon as the requests under
   * way let it.
   */
  private sendSoon(): void {
    this.due = true;
    if (this.sendsSoon || this.flights > 0) return;
    this.sendsSoon = true;
    shortWaits.begin();
    setImmediate(() => {
      this.sendsSoon = false;
      shortWaits.end();
      this.pump(true);
    });
  }

  /** Sends what is waiting, as far as requests may be under way. @param all also less than a full request */
  pump(all: boolean): void {
    this.due ||= all || this.drains > 0;
    while (this.flights < this.pace.inFlight && !this.queue.empty && (this.due || this.queue.cells >= this.pace.batchCells))
      this.send(this.queue.take(this.pace.batchCells));
    if (!this.queue.empty) return;
    this.due = false;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  private send(rows: Int32Array): void {
    const { slabs } = this;
    const portions = rows.map((row) => slabs.flying[row]);
    let cells = 0;
    for (const portion of portions) cells += slabs.points[portion];
    const flight = new Flight(rows);
    this.flights++;
    const started = (this.clock = performance.now());
    void this.write(portions, { durability: this.target.durability, onDurable: (indices) => this.landEarly(flight, indices) })
      .catch((error: unknown) => Array.from(rows, (_, index): Failure => ({ index, error: asStorageError(error, this.target.table) })))
      .then((failures) => {
        this.events.flushed(performance.now() - started, cells);
        this.land(flight, failures);
        this.pump(false);
      });
  }

  private async write(portions: Int32Array, options: MutateOptions): Promise<Failure[]> {
    const { storage } = this;
    const { table, family } = this.target;
    const packed = this.slabs.rowsOf(portions);
    if (this.append) return storage.append(table, family, putsOf(packed), options);
    return putPacked(storage, table, family, packed, options);
  }

  private land(flight: Flight, failures: readonly Failure[]): void {
    if (flight.timer !== null) clearTimeout(flight.timer);
    if (flight.counts) this.flights--;
    else this.stragglers--;
    const errors = failures.length === 0 ? null : new Map(failures.map((failure) => [failure.index, failure.error]));
    const stored: number[] = [];
    const failed: number[] = [];
    for (let i = 0; i < flight.rows.length; i++) {
      if (flight.hasLanded(i)) continue;
      const row = flight.rows[i];
      const error = errors === null ? undefined : errors.get(i);
      if (error === undefined) stored.push(row);
      else if (!this.retries.take(row, error)) {
        this.tellFailed(row, error);
        failed.push(row);
      }
    }
    this.endWrites(stored, failed);
  }

  /** Rows that storage has while others of the request are still on their way. */
  private landEarly(flight: Flight, indices: readonly number[]): void {
    const stored: number[] = [];
    for (const index of indices) if (flight.landEarly(index)) stored.push(flight.rows[index]);
    this.endWrites(stored, []);
    if (flight.left > 0) flight.timer ??= setTimeout(() => this.straggle(flight), STRAGGLER_MS);
  }

  private straggle(flight: Flight): void {
    if (this.stragglers >= MAX_STRAGGLERS) return;
    flight.counts = false;
    this.flights--;
    this.stragglers++;
    this.pump(false);
  }

  private tellFailed(row: number, error: StorageError): void {
    const { slabs, events } = this;
    const portion = slabs.flying[row];
    events.rowFailed(slabs.lendKey(portion), slabs.packed(portion), slabs.points[portion], error);
    slabs.sinks.failed(portion, error);
  }

  /** Writes of rows have ended. All is told before any of the rows is let go of. */
  private endWrites(stored: readonly number[], failed: readonly number[]): void {
    const { slabs, events } = this;
    if (stored.length > 0) events.rowsStored(slabs.writtenRows(stored));
    for (const row of stored) slabs.sinks.stored(slabs.flying[row]);
    const ended = failed.length === 0 ? stored : [...stored, ...failed];
    const closed: number[] = [];
    for (const row of ended) if (slabs.waiting[row] < 0) closed.push(row);
    if (closed.length > 0) events.rowsClosed(slabs.writtenRows(closed));
    const now = performance.now();
    let freed = 0;
    for (const row of ended) freed += this.endWrite(row, now);
    slabs.sinks.tellRest();
    this.budget.release(freed);
  }

  /** What of a row was written is let go of, and the whole row unless more has come. @returns bytes that count no more */
  private endWrite(row: number, now: number): number {
    const { slabs } = this;
    const portion = slabs.flying[row];
    if (slabs.attempts[row] > 0) this.retries.forget(row);
    this.cells -= slabs.points[portion];
    const freed = slabs.cost[portion];
    const keyLength = slabs.keyLength[portion];
    slabs.flying[row] = -1;
    slabs.release(portion);
    const waiting = slabs.waiting[row];
    if (waiting < 0) {
      slabs.remove(row);
      return freed + ROW_COST + keyLength;
    }
    slabs.since[row] = now;
    this.queue.push(row);
    this.arm(slabs.sinks.awaited(waiting));
    return freed;
  }

  private tryAgain(rows: readonly number[]): void {
    this.events.retried(rows.length);
    for (const row of rows) this.queue.push(row);
    this.pump(true);
  }

  /** Milliseconds since the oldest point that is not durable yet came; 0 when there is none. Walks all rows. */
  age(now: number): number {
    let oldest = now;
    this.slabs.forEach((row) => {
      oldest = Math.min(oldest, this.slabs.since[row]);
    });
    return now - oldest;
  }

  /** Resolves when what the row has here now is stored or has failed. @param print of the key */
  async settled(key: Buffer, print: RowFingerprint): Promise<void> {
    const row = this.slabs.find(key, key.length, print);
    if (row < 0) return;
    await this.sendUntil(new Promise<void>((resolve) => this.awaitNewest(row, resolve)));
  }

  private awaitNewest(row: number, landed: () => void): void {
    const { waiting, flying, sinks } = this.slabs;
    sinks.await(waiting[row] >= 0 ? waiting[row] : flying[row], landed);
  }

  /** Resolves when every cell that is here now is stored or has failed. */
  async drain(): Promise<void> {
    let left = 0;
    const done = new Promise<void>((resolve) => {
      const landed = (): void => {
        if (--left === 0) resolve();
      };
      this.slabs.forEach((row) => {
        left++;
        this.awaitNewest(row, landed);
      });
      if (left === 0) resolve();
    });
    await this.sendUntil(done);
  }

  /** Sends whatever is queued without waiting for more, for as long as somebody waits. */
  private async sendUntil(done: Promise<void>): Promise<void> {
    this.drains++;
    this.pump(true);
    await done;
    this.drains--;
  }
}

function asStorageError(error: unknown, table: string): StorageError {
  if (error instanceof StorageError) return error;
  return new DoNotRetryError(messageOf(error), { table, cause: error });
}
