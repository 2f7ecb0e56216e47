import { DoNotRetryError, RetryableError, StorageError, StoreFullError, type Failure, type MutateOptions, type RowPut } from '../storage';
import { messageOf } from '../util/message-of';
import { RowCells, type ActiveRow } from './active-row';
import { ActiveRows } from './active-rows';
import { Flight } from './flight';
import { LaneQueue } from './lane-queue';
import type { Writes } from './spool';
import type { PointSink } from './types';
import type { WriteBudget } from './write-budget';

/** How a lane paces itself. */
export interface LanePace {
  /** Milliseconds a point may wait for others: the longer, the more cells share a row. 0: to the end of the event loop's turn. */
  flushMs: number;
  /** The same for points whose client waits until they are stored. */
  hurryMs: number;
  /** Cells of one request to storage, about: so many are sent without waiting for the time. */
  batchCells: number;
  /** Requests to storage at once. */
  inFlight: number;
  /** Milliseconds that a row is tried again after a passing failure; one whose store is full for as long as it takes. */
  retryMs: number;
  /** The process ends: `retryMs` holds for every failure. */
  ending?: boolean;
}

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

/** What a lane tells its owner. The key is only lent. */
export interface LaneEvents {
  /** Nothing of a row is waiting or on its way any more. */
  rowClosed(key: Buffer): void;
  /** Points of a row are durable. */
  rowStored(key: Buffer, points: number): void;
  rowFailed(key: Buffer, cells: RowCells, error: StorageError): void;
  flushed(milliseconds: number, cells: number): void;
  retried(rows: number): void;
}

/** Bytes a row costs beside its key and cells: objects and table entries. */
const ROW_COST = 600;
/** Bytes a cell costs beside itself: what growing buffers leave unused. */
const CELL_COST = 12;
const FIRST_BACKOFF_MS = 50;
const MAX_BACKOFF_MS = 5000;
/** How long a request counts against the concurrency limit once some of its rows are done, and how many late requests need not count. */
const STRAGGLER_MS = 250;
const MAX_STRAGGLERS = 64;
/** Larger buffers of cells are not kept for reuse. */
const MAX_SPARE_BYTES = 2048;

/**
 * The waiting cells of one family of a table, written one way (put or append). Rows are gathered until there are enough or they are old enough, and go
 * to storage with all their cells; a row that is on its way gathers again meanwhile and follows when the first write of it has ended, so
 * cells of one row always arrive in order, whatever the number of requests under way. Rows are done one by one, as far as storage tells: those
 * of a region that is away hold neither the others of their request nor, for long, its place among the requests at once.
 */
export class WriteLane {
  readonly rows = new ActiveRows();
  readonly append: boolean;
  private readonly queue = new LaneQueue();
  private flights = 0;
  private stragglers = 0;
  private timer: NodeJS.Timeout | null = null;
  /** The timer is set for points that somebody waits for. */
  private hurried = false;
  private due = false;
  /** Calls of `drain` and `settled` that wait. */
  private drains = 0;
  private readonly asleep = new Set<ActiveRow>();
  cells = 0;

  constructor(
    private readonly storage: Writes,
    readonly target: LaneTarget,
    private readonly pace: LanePace,
    private readonly budget: WriteBudget,
    private readonly events: LaneEvents,
  ) {
    this.append = target.append;
  }

  /** The row of a key, a new one if need be. @param length bytes of `key` in use */
  row(key: Buffer, length: number, hash: number): ActiveRow {
    let row = this.rows.find(key, length, hash);
    if (row === null) {
      row = this.rows.insert(key, length, hash);
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
    row: ActiveRow,
    qualifier: Uint8Array,
    qualifierLength: number,
    value: Uint8Array,
    valueLength: number,
    timestamp: number,
    sink: PointSink | null,
  ): void {
    const cells = this.open(row);
    const packed = cells.packed;
    const at = packed.reserve(qualifierLength, valueLength);
    const bytes = packed.bytes;
    for (let i = 0; i < qualifierLength; i++) bytes[at + i] = qualifier[i];
    for (let i = 0; i < valueLength; i++) bytes[at + qualifierLength + i] = value[i];
    if (timestamp >= 0) (cells.timestamps ??= []).push(timestamp);
    this.account(row, cells, qualifierLength + valueLength, sink);
  }

  /** Adds bytes to the row's append cell. */
  addAppend(row: ActiveRow, qualifier: Uint8Array, bytes: Uint8Array, length: number, sink: PointSink | null): void {
    const cells = this.open(row);
    cells.appendValue(qualifier, bytes, 0, length);
    this.account(row, cells, length, sink);
  }

  private open(row: ActiveRow): RowCells {
    let cells = row.waiting;
    if (cells === null) {
      cells = row.spare ?? new RowCells();
      row.spare = null;
      row.waiting = cells;
      if (row.flying === null) {
        row.since = performance.now();
        this.queue.push(row);
      }
    }
    return cells;
  }

  private account(row: ActiveRow, cells: RowCells, bytes: number, sink: PointSink | null): void {
    cells.account(sink);
    const cost = CELL_COST + bytes;
    cells.cost += cost;
    this.budget.used += cost;
    this.cells++;
    if (row.queued) {
      this.queue.cells++;
      if (this.queue.cells >= this.pace.batchCells) this.pump(false);
      else this.arm(sink?.stored !== undefined);
    }
  }

  /** Sees to it that what is queued is sent in time. */
  private arm(hurry: boolean): void {
    if (this.timer !== null) {
      if (this.hurried || !hurry) return;
      clearTimeout(this.timer);
    }
    this.hurried = hurry;
    this.timer = setTimeout(
      () => {
        this.timer = null;
        this.pump(true);
      },
      hurry ? this.pace.hurryMs : this.pace.flushMs,
    );
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

  private send(batch: ActiveRow[]): void {
    const puts: RowPut[] = new Array<RowPut>(batch.length);
    let cells = 0;
    for (let i = 0; i < batch.length; i++) {
      const row = batch[i];
      const flying = row.flying as RowCells;
      cells += flying.points;
      puts[i] = { row: row.key, cells: flying.packed };
      if (flying.timestamps !== null) puts[i].timestamps = flying.timestamps;
    }
    const flight = new Flight(batch);
    this.flights++;
    const started = performance.now();
    const { table, family, durability } = this.target;
    const call = this.append ? this.storage.append.bind(this.storage) : this.storage.put.bind(this.storage);
    void call(table, family, puts, { durability, onDurable: (indices) => this.landEarly(flight, indices) })
      .catch((error: unknown) => batch.map((_, index): Failure => ({ index, error: asStorageError(error, table) })))
      .then((failures) => {
        this.events.flushed(performance.now() - started, cells);
        this.land(flight, failures);
        this.pump(false);
      });
  }

  private land(flight: Flight, failures: readonly Failure[]): void {
    if (flight.timer !== null) clearTimeout(flight.timer);
    if (flight.counts) this.flights--;
    else this.stragglers--;
    const errors = failures.length === 0 ? null : new Map(failures.map((failure) => [failure.index, failure.error]));
    const now = performance.now();
    let freed = 0;
    for (let i = 0; i < flight.rows.length; i++) {
      if (flight.hasLanded(i)) continue;
      const row = flight.rows[i];
      const error = errors === null ? undefined : errors.get(i);
      if (error !== undefined && this.sleep(row, error)) continue;
      freed += this.landRow(row, error, now);
    }
    this.budget.release(freed);
  }

  /** Rows that storage has while others of the request are still on their way. */
  private landEarly(flight: Flight, indices: readonly number[]): void {
    const now = performance.now();
    let freed = 0;
    for (const index of indices) if (flight.landEarly(index)) freed += this.landRow(flight.rows[index], undefined, now);
    this.budget.release(freed);
    if (flight.left > 0) flight.timer ??= setTimeout(() => this.straggle(flight), STRAGGLER_MS);
  }

  private straggle(flight: Flight): void {
    if (this.stragglers >= MAX_STRAGGLERS) return;
    flight.counts = false;
    this.flights--;
    this.stragglers++;
    this.pump(false);
  }

  /** A row's write has ended. @returns bytes that count no more */
  private landRow(row: ActiveRow, error: StorageError | undefined, now: number): number {
    const cells = row.flying as RowCells;
    row.flying = null;
    row.attempts = 0;
    let freed = cells.cost;
    this.cells -= cells.points;
    if (error === undefined) {
      this.events.rowStored(row.key, cells.points);
      if (cells.sink !== null || cells.waiters !== null) cells.tellStored();
      if (cells.packed.bytes.length <= MAX_SPARE_BYTES) {
        cells.reset();
        row.spare = cells;
      }
    } else {
      this.events.rowFailed(row.key, cells, error);
      cells.tellFailed(error);
    }
    if (row.waiting !== null) {
      row.since = now;
      this.queue.push(row);
      this.arm(row.waiting.awaited);
      return freed;
    }
    freed += ROW_COST + row.key.length;
    this.events.rowClosed(row.key);
    this.rows.remove(row, error === undefined);
    return freed;
  }

  /** Takes a failed row back to try it again later, with what has come since. @returns false: it is not to be tried again */
  private sleep(row: ActiveRow, error: StorageError): boolean {
    if (!(error instanceof RetryableError)) return false;
    const now = performance.now();
    const full = error instanceof StoreFullError;
    if (row.attempts === 0) row.firstFailure = now;
    // A disk may stay full for hours, and nothing is lost by waiting; when the process ends it is as any other failure.
    else if (now - row.firstFailure >= this.pace.retryMs && (this.pace.ending || !full)) return false;
    const cells = row.flying as RowCells;
    if (full) cells.tellWaiting(error);
    row.flying = null;
    if (row.waiting !== null) cells.addLater(row.waiting, this.append);
    row.waiting = cells;
    const backoff = Math.min(FIRST_BACKOFF_MS * 2 ** row.attempts++, MAX_BACKOFF_MS, this.pace.retryMs);
    if (this.asleep.size === 0) this.wakeAfter(backoff * (0.75 + Math.random() / 2));
    this.asleep.add(row);
    return true;
  }

  private wakeAfter(milliseconds: number): void {
    setTimeout(() => {
      this.events.retried(this.asleep.size);
      for (const row of this.asleep) this.queue.push(row);
      this.asleep.clear();
      this.pump(true);
    }, milliseconds);
  }

  /** Milliseconds since the oldest point that is not durable yet came; 0 when there is none. Walks all rows. */
  age(now: number): number {
    let oldest = now;
    this.rows.forEach((row) => {
      oldest = Math.min(oldest, row.since);
    });
    return now - oldest;
  }

  /** Resolves when what the row has here now is stored or has failed. @param key of the row, `hash` as for `row` */
  async settled(key: Buffer, hash: number): Promise<void> {
    const row = this.rows.find(key, key.length, hash);
    const newest = row && (row.waiting ?? row.flying);
    if (newest === null) return;
    await this.sendUntil(new Promise<void>((resolve) => (newest.waiters ??= []).push(resolve)));
  }

  /** Resolves when every cell that is here now is stored or has failed. */
  async drain(): Promise<void> {
    let left = 0;
    const done = new Promise<void>((resolve) => {
      const landed = (): void => {
        if (--left === 0) resolve();
      };
      this.rows.forEach((row) => {
        const newest = row.waiting ?? row.flying;
        if (newest === null) return;
        left++;
        (newest.waiters ??= []).push(landed);
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
