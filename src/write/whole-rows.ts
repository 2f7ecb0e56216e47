import { CompactedBuilder, DATA_FAMILY, setBaseTime, type KeyLayout, type PointCell } from '../schema';
import { PackedCells, type MutateOptions, type Storage } from '../storage';
import type { PointSink, RowWriter } from './types';
import type { WriteBudget } from './write-budget';

/** A row on its way. */
export interface WholeRow {
  key: Buffer;
  /** Its points as compaction leaves them. */
  column: PointCell;
  points: number;
  /** Bytes that count in the budget. */
  cost: number;
  sink: PointSink;
}

export interface WholeRowsParts {
  storage: Storage;
  table: string;
  layout: KeyLayout;
  durability: MutateOptions['durability'];
  budget: WriteBudget;
  /** Whether rows may begin. */
  open(): boolean;
  /** A row's points have been accepted. */
  added(points: number): void;
  /** Storage has a row. */
  stored(row: WholeRow): void;
  /** The row has to be written point by point. */
  separately(row: WholeRow): void;
  /** A request to storage has ended. */
  flushed(milliseconds: number): void;
}

/** A longer column is written, and what follows for its row goes the usual way. */
const MOST_BYTES = 48 * 1024;
/** Rows, and bytes, of one request. */
const BATCH_ROWS = 256;
const BATCH_BYTES = 256 * 1024;
/** Requests at once. */
const MOST_REQUESTS = 4;
/** Milliseconds after which nothing waits for further rows, nor a row for further points when none has come meanwhile. */
const PATIENCE_MS = 1000;
/** Bytes a row costs beside its key and its column. */
const ROW_COST = 300;

/** Gathers rows, asks storage which of them it has, and writes the others with one cell each. */
export class WholeRows implements RowWriter {
  private readonly builder = new CompactedBuilder();
  private key: Buffer | null = null;
  private sink: PointSink | null = null;
  private waiting: WholeRow[] = [];
  private waitingBytes = 0;
  private readonly queue: WholeRow[][] = [];
  private readonly underWay = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | null = null;
  /** Points of the row at the timer's last look. */
  private seen = -1;

  constructor(private readonly parts: WholeRowsParts) {}

  begin(series: Buffer, baseTime: number, sink: PointSink): boolean {
    this.end();
    const { budget, layout, open } = this.parts;
    if (!open() || budget.used >= budget.hard) return false;
    this.key = Buffer.from(series);
    setBaseTime(layout, this.key, baseTime);
    this.sink = sink;
    this.seen = -1;
    this.timer ??= setTimeout(() => this.look(), PATIENCE_MS).unref();
    return true;
  }

  /** Input may come slowly. */
  private look(): void {
    this.timer = null;
    if (this.key !== null && this.seen === this.builder.points) this.end();
    this.seen = this.builder.points;
    this.send();
    if (this.key !== null) this.timer = setTimeout(() => this.look(), PATIENCE_MS).unref();
  }

  add(timestamp: number, flags: number, value: Uint8Array): boolean {
    if (this.key === null || this.builder.length >= MOST_BYTES) return false;
    this.builder.add(timestamp, flags, value);
    return true;
  }

  end(): void {
    const { key, sink, builder, parts } = this;
    this.key = this.sink = null;
    if (key === null || sink === null || builder.points === 0) return;
    const { points, length } = builder;
    const row = { key, column: builder.take(), points, cost: ROW_COST + key.length + length, sink };
    parts.added(points);
    // One point is a cell like any other.
    if (points === 1) return parts.separately(row);
    parts.budget.used += row.cost;
    this.waiting.push(row);
    this.waitingBytes += length;
    if (this.waiting.length >= BATCH_ROWS || this.waitingBytes >= BATCH_BYTES) this.send();
  }

  private send(): void {
    if (this.waiting.length > 0) this.queue.push(this.waiting);
    this.waiting = [];
    this.waitingBytes = 0;
    this.pump();
  }

  private pump(): void {
    while (this.underWay.size < MOST_REQUESTS && this.queue.length > 0) {
      const work = this.store(this.queue.shift() as WholeRow[]).finally(() => {
        this.underWay.delete(work);
        this.pump();
      });
      this.underWay.add(work);
    }
  }

  private async store(rows: readonly WholeRow[]): Promise<void> {
    const { storage, table, durability, separately, stored, budget } = this.parts;
    const apart = new Set<WholeRow>(rows);
    try {
      const found = await storage.multiGet(
        table,
        rows.map(({ key: row }) => ({ row, family: DATA_FAMILY })),
      );
      const absent = rows.filter((_, i) => found[i] === null);
      const puts = absent.map(({ key: row, column }) => ({ row, cells: PackedCells.of(column.qualifier, column.value) }));
      const started = performance.now();
      const failures = absent.length === 0 ? [] : await storage.put(table, DATA_FAMILY, puts, { durability });
      if (absent.length > 0) this.parts.flushed(performance.now() - started);
      const failed = new Set(failures.map(({ index }) => index));
      absent.forEach((row, i) => {
        if (failed.has(i)) return;
        apart.delete(row);
        stored(row);
      });
    } catch {
      // The usual way meets the same failure: tries again for as long as it is allowed to, and tells whom it concerns.
    }
    for (const row of apart) separately(row);
    budget.release(rows.reduce((sum, { cost }) => sum + cost, 0));
  }

  /** Resolves when every row that has been added to is stored, or goes the usual way. */
  async drain(): Promise<void> {
    this.end();
    this.send();
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    while (this.underWay.size > 0) await Promise.all(this.underWay);
  }
}
