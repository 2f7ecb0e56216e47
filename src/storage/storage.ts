import type { RowFilter } from './filter';
import type { PackedCells } from './packed-cells';
import type { Row } from './row';
import type { ServerState } from './server-state';
import type { StorageError } from './errors';

/** Cells for one row of one family. */
export interface RowPut {
  row: Buffer;
  cells: PackedCells;
  /** Milliseconds, one a cell in the order of `cells`; absent: the store's clock. */
  timestamps?: readonly number[];
}

/** `qualifiers` absent: the whole family; `family` absent: the whole row. All versions go. */
export interface RowDelete {
  row: Buffer;
  family?: Buffer;
  qualifiers?: readonly Buffer[];
  /** Milliseconds, one a qualifier: only versions up to that time go, so that what was written since stays. Absent: all. */
  timestamps?: readonly number[];
}

export interface RowGet {
  row: Buffer;
  family?: Buffer;
  qualifiers?: readonly Buffer[];
}

/** One element of a batch that was not done; the others were. */
export interface Failure {
  /** Position in the batch. */
  index: number;
  error: StorageError;
}

export interface CallOptions {
  /** Wall clock, `Date.now()` scale; the call ends by then, with an answer or with a TimeoutError. */
  deadline?: number;
  signal?: AbortSignal;
}

export interface MutateOptions extends CallOptions {
  /** `skip` does not write the log first: faster, lost when a server dies. Mirrors the importer's batches. */
  durability?: 'default' | 'skip';
  /**
   * Told, by their positions, of elements that are durable while others are still under way, so that one region that is away does not hold
   * what went to the rest. A store need not tell; none of these is among the failures, and each is told of once at most.
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
  /** Stop after so many rows. */
  limit?: number;
  /** Rows a batch should hold, about; batches are also cut by bytes. */
  batchRows?: number;
  /** Only cells with min <= timestamp < max, in milliseconds. */
  timeRange?: { min: number; max: number };
  /** Each row's first cell only, for counting and listing keys. */
  firstCellOnly?: boolean;
  /** A batch's rows mean nothing any more when the next one is asked for: for readers that keep no view of them. */
  transient?: boolean;
}

/**
 * The seam between everything above and the store under it. Tables, rows, families, qualifiers and values are
 * exactly HBase's; keys order as unsigned bytes. All calls end: with an answer, or with a StorageError.
 */
export interface Storage {
  /** What the store is called in logs and statistics: `hbase`, `embedded`. */
  readonly name: string;
  /** Connects; idempotent. */
  open(): Promise<void>;
  tableExists(table: string): Promise<boolean>;

  get(table: string, get: RowGet, options?: CallOptions): Promise<Row | null>;
  /** Answers in the order of asking; null for a row that is not there. Rejects when any part can't be read. */
  multiGet(table: string, gets: readonly RowGet[], options?: CallOptions): Promise<(Row | null)[]>;
  /** Batches of rows in key order. A part of the range that can't be read makes the iteration throw: it never returns less. */
  scan(table: string, options: ScanOptions): AsyncIterable<Row[]>;

  /** Resolves when every element is durable or has failed for good, with the failures (usually none). */
  put(table: string, family: Buffer, rows: readonly RowPut[], options?: MutateOptions): Promise<Failure[]>;
  /** HBase Append: each packed value is added to the end of its cell. */
  append(table: string, family: Buffer, rows: readonly RowPut[], options?: MutateOptions): Promise<Failure[]>;
  delete(table: string, rows: readonly RowDelete[], options?: MutateOptions): Promise<Failure[]>;

  /** Adds to a 64-bit counter cell (absent = 0) and returns the new value. Never applied twice. */
  increment(table: string, row: Buffer, family: Buffer, qualifier: Buffer, amount: bigint, options?: CallOptions): Promise<bigint>;
  /** Puts the value if the cell is now `expected` (null: absent). False: it is something else, nothing was written. */
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
  /** Ends what is under way, then disconnects. */
  close(): Promise<void>;
}
