import type { RowFilter } from './filter';
import type { PackedCells } from './packed-cells';
import type { PackedRows } from './packed-rows';
import type { Row } from './row';
import type { ServerState } from './server-state';
import type { StorageError } from './errors';
import type { StopSignal } from '../util/stop-signal';

/** Cells for one row of one family. */
export interface RowPut {
  row: Buffer;
  cells: PackedCells;
  /** Milliseconds, one per cell in the order of `cells`; absent: the store's clock. */
  timestamps?: readonly number[];
}

/** `qualifiers` absent: the whole family; `family` absent: the whole row. Deletes all versions. */
export interface RowDelete {
  row: Buffer;
  family?: Buffer;
  qualifiers?: readonly Buffer[];
  /** Milliseconds, one per qualifier: only versions up to that time are deleted, newer ones stay. Absent: all versions. */
  timestamps?: readonly number[];
}

export interface RowGet {
  row: Buffer;
  family?: Buffer;
  qualifiers?: readonly Buffer[];
}

/** One element of a batch that failed; elements without a Failure succeeded. */
export interface Failure {
  /** Position in the batch. */
  index: number;
  error: StorageError;
}

export interface CallOptions {
  /** Wall clock, `Date.now()` scale; the call ends by then, with an answer or with a TimeoutError. */
  deadline?: number;
  signal?: StopSignal;
}

export interface MutateOptions extends CallOptions {
  /** `skip`: without the write-ahead log, which is faster, but the cells are lost when a server dies. Mirrors the importer's batches. */
  durability?: 'default' | 'skip';
  /**
   * Called with the positions of elements that are durable while others are still under way, so that one unavailable region does not delay
   * the acknowledgement of the rest. Optional for a store. Each position is reported at most once, and is not among the failures.
   */
  onDurable?: (indices: readonly number[]) => void;
}

export interface SetOptions extends CallOptions {
  /** Milliseconds; absent: the store's clock. */
  timestamp?: number;
}

export interface ScanOptions extends CallOptions {
  /** Inclusive. */
  start: Buffer;
  /** Exclusive; empty: to the end of the table. */
  stop: Buffer;
  family?: Buffer;
  /** Only these columns (with `family`); rows without any of them do not appear. */
  qualifiers?: readonly Buffer[];
  filter?: RowFilter;
  /** Most rows to return. */
  limit?: number;
  /** Approximate rows per batch; batches are also bounded in bytes. */
  batchRows?: number;
  /** Only cells with min <= timestamp < max, in milliseconds. */
  timeRange?: { min: number; max: number };
  /** Each row's first cell only, for counting and listing keys. */
  firstCellOnly?: boolean;
  /** Values are not needed: a store may leave them out. */
  withoutValues?: boolean;
  /** The buffers of a batch are reused: its rows, and views of them, are invalid once the next batch is requested or the scan is over. */
  transient?: boolean;
}

/**
 * The interface that all rooms above use to reach a store. Tables, rows, families, qualifiers and values are
 * exactly HBase's; keys order as unsigned bytes. Every call settles: with an answer, or with a StorageError.
 */
export interface Storage {
  /** What the store is called in logs and statistics: `hbase`, `embedded`. */
  readonly name: string;
  /** It keeps the cells of a row together itself: to merge them into one cell gains nothing. */
  readonly packsRows: boolean;
  /** Puts that come while others are written become one write themselves: who has somebody waiting need not gather them first. */
  readonly groupsWrites: boolean;
  /** Connects; idempotent. */
  open(): Promise<void>;
  tableExists(table: string): Promise<boolean>;

  get(table: string, get: RowGet, options?: CallOptions): Promise<Row | null>;
  /** Rows in the order of `gets`; null for a row that does not exist. Rejects when any of them can't be read. */
  multiGet(table: string, gets: readonly RowGet[], options?: CallOptions): Promise<(Row | null)[]>;
  /** Batches of rows in key order. Throws when a part of the range can't be read: an iteration that ends has returned every row. */
  scan(table: string, options: ScanOptions): AsyncIterable<Row[]>;

  /**
   * Keys at which the table falls into parts that are best read side by side: where regions begin, in key order, without the empty key; none for a
   * store that keeps everything in one place.
   */
  splits(table: string, options?: CallOptions): Promise<Buffer[]>;

  /** Resolves when every element is durable or has failed for good, with the failures (usually none). */
  put(table: string, family: Buffer, rows: readonly RowPut[], options?: MutateOptions): Promise<Failure[]>;
  /** The same of rows that are in slabs; absent in a store that has no use for them as they are: `putsOf` makes objects of them. */
  putRows?(table: string, family: Buffer, rows: PackedRows, options?: MutateOptions): Promise<Failure[]>;
  /** HBase Append: each packed value is added to the end of its cell. */
  append(table: string, family: Buffer, rows: readonly RowPut[], options?: MutateOptions): Promise<Failure[]>;
  delete(table: string, rows: readonly RowDelete[], options?: MutateOptions): Promise<Failure[]>;

  /** Adds to a 64-bit counter cell (absent = 0) and returns the new value. Never applied twice. */
  increment(table: string, row: Buffer, family: Buffer, qualifier: Buffer, amount: bigint, options?: CallOptions): Promise<bigint>;
  /** Puts the value if the cell is `expected` (null: absent). False: it has another value, and nothing was written. */
  compareAndSet(
    table: string,
    row: Buffer,
    family: Buffer,
    qualifier: Buffer,
    expected: Buffer | null,
    value: Buffer,
    options?: SetOptions,
  ): Promise<boolean>;

  /** Current figures: name (as in the original's stats where it has one) to value. */
  stats(): Record<string, number>;
  /** The servers behind the store, with the calls to them; none for a store without servers. @param withRegions list the regions, too */
  servers(withRegions: boolean): ServerState[];
  /** Waits for calls under way, then disconnects. */
  close(): Promise<void>;
}
