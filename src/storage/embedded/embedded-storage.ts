import { KeyPlaces } from '../key-ranges';
import { compileRowFilter } from '../row-filter';
import type { PackedRows } from '../packed-rows';
import { rowOf, type PlainCell, type Row } from '../row';
import type { CallOptions, Failure, MutateOptions, RowDelete, RowGet, RowPut, ScanOptions, SetOptions, Storage } from '../storage';
import { behind } from './bytes';
import { withinDeadline, throwIfOver } from './deadline';
import { readCell } from './cells';
import { Environment } from './environment';
import type { EmbeddedOptions } from './options';
import type { StoredTable } from './table';
import { CellKey } from './key-codec';
import type { Call } from './log/changes';
import { CollectorPool, ReaderMemory } from './reader-memory';
import type { RowCollector } from './row-collector';
import { RangeReader, type ReaderParts } from './range-reader';
import type { Batch, BatchBounds, Selection } from './selection';
import { familyError, rowError, Writer } from './writer';
import { DoNotRetryError } from '../errors';
import { TimeSlice } from '../../util/time-slice';

const BATCH_ROWS = 1024;
const BATCH_BYTES = 1 << 20;
/** Some 10 ms of looking at entries. */
const BATCH_ENTRIES = 20_000;
/** Rows that one turn of the event loop gets. */
const GETS_PER_TURN = 1024;
/** Nor for longer than this: a row may have much in the log. */
const GETS_MS = 8;
/** More qualifiers than this are cheaper to pick out of the row. */
const SINGLE_CELLS = 16;
const ALL = Buffer.alloc(0);

/**
 * The store inside the process: the tables, rows and cells of HBase in an LMDB file, for machines without a cluster.
 *
 * Several processes may have it open; each sees what the others have committed. An answered call survives the end of the process,
 * however it ends. When the machine loses power the file is whole, without the last moments' writes: the system
 * writes them to the disk right behind the answer, not before it.
 */
export class EmbeddedStorage implements Storage {
  readonly name = 'embedded';
  readonly groupsWrites = true;
  private environment: Environment | null = null;
  private opening: Promise<void> | null = null;
  private writer: Writer | null = null;
  private readonly outstanding = new Set<Promise<unknown>>();
  private rowsRead = 0;
  private closing = false;
  private readonly key = new CellKey();
  private readonly memory = new ReaderMemory();
  private readonly collectors = new CollectorPool();

  constructor(private readonly options: EmbeddedOptions) {}

  get packsRows(): boolean {
    return true;
  }

  open(): Promise<void> {
    if (this.closing) return Promise.resolve();
    return (this.opening ??= this.openOnce());
  }

  private async openOnce(): Promise<void> {
    this.environment = await Environment.open(this.options);
    this.writer = new Writer(this.environment);
  }

  tableExists(table: string): Promise<boolean> {
    return this.read(undefined, (environment) => environment.hasTable(table));
  }

  get(table: string, get: RowGet, options?: CallOptions): Promise<Row | null> {
    return this.readRange(table, get.row, behind(get.row), options, (environment) =>
      this.readRow(environment, environment.table(table), get),
    );
  }

  async multiGet(table: string, gets: readonly RowGet[], options?: CallOptions): Promise<(Row | null)[]> {
    const rows: (Row | null)[] = [];
    const slice = new TimeSlice();
    do {
      await this.readRange(table, ALL, ALL, options, (environment) => {
        const t = environment.table(table);
        const end = Math.min(gets.length, rows.length + GETS_PER_TURN);
        const until = performance.now() + GETS_MS;
        while (rows.length < end) {
          rows.push(this.readRow(environment, t, gets[rows.length]));
          if (performance.now() >= until) break;
        }
      });
      if (rows.length < gets.length) await slice.next();
    } while (rows.length < gets.length);
    return rows;
  }

  private readRow(environment: Environment, table: StoredTable, get: RowGet): Row | null {
    const error = rowError(table, get.row) ?? (get.family === undefined ? null : familyError(table, get.family, get.row));
    if (error !== null) throw error;
    this.rowsRead++;
    const { family, qualifiers } = get;
    if (table.runs === null && family !== undefined && qualifiers !== undefined && qualifiers.length <= SINGLE_CELLS)
      return this.readCells(table, get.row, family, qualifiers);
    const stop = behind(get.row);
    const bounds = { rows: 1, bytes: Infinity, entries: Infinity };
    const selection = { start: get.row, stop, family, qualifiers, accepts: null };
    return new RangeReader(table, selection, bounds, this.readerParts(environment, table, get.row)).read().rows[0] ?? null;
  }

  private readCells(table: StoredTable, row: Buffer, family: Buffer, qualifiers: readonly Buffer[]): Row | null {
    const key = this.key.setColumnFamily(row, family);
    const state = table.state();
    const cells: PlainCell[] = [];
    qualifiers.forEach((qualifier, i) => {
      if (qualifiers.findIndex((q) => q.equals(qualifier)) < i) return;
      key.setQualifier(qualifier, 0, qualifier.length);
      const cell = readCell(table, state, key);
      if (cell !== null) cells.push({ family, qualifier, ...cell });
    });
    return cells.length === 0 ? null : rowOf(Buffer.from(row), cells);
  }

  /** Each batch is one look at the file: rows are whole, and what is written meanwhile shows up in later batches. */
  async *scan(table: string, options: ScanOptions): AsyncIterable<Row[]> {
    const { stop, family, qualifiers, timeRange, firstCellOnly, filter } = options;
    const accepts = filter === undefined ? null : compileRowFilter(filter);
    const places = KeyPlaces.of(filter, options.start, stop);
    let left = options.limit ?? Infinity;
    const maxRows = options.batchRows ?? BATCH_ROWS;
    const collector = options.transient === true ? this.collectors.take() : null;
    let start: Buffer | null = options.start;
    const slice = new TimeSlice();
    try {
      while (start !== null && left > 0) {
        // Dozens may begin in one turn.
        if (slice.isOver()) await slice.next();
        const selection: Selection = { start, stop, family, qualifiers, timeRange, firstCellOnly, accepts, places };
        const bounds = { rows: Math.min(maxRows, left), bytes: BATCH_BYTES, entries: BATCH_ENTRIES };
        const batch = await this.readBatch(table, selection, bounds, collector?.clear(), options);
        left -= batch.rows.length;
        this.rowsRead += batch.rows.length;
        start = batch.next;
        if (batch.rows.length > 0) yield batch.rows;
        if (start !== null) await slice.next();
      }
    } finally {
      if (collector !== null) this.collectors.give(collector);
    }
  }

  private readBatch(
    table: string,
    selection: Selection,
    bounds: BatchBounds,
    collector: RowCollector | undefined,
    options: CallOptions,
  ): Promise<Batch> {
    return this.readRange(table, selection.start, selection.stop, options, (environment) => {
      const t = environment.table(table);
      const unknown = selection.family === undefined ? null : familyError(t, selection.family);
      if (unknown !== null) throw unknown;
      return new RangeReader(t, selection, bounds, this.readerParts(environment, t, selection.start, collector)).read();
    });
  }

  private readerParts(environment: Environment, table: StoredTable, start: Buffer, collector?: RowCollector): ReaderParts {
    return { collector, overlay: environment.overlay(table, start), memory: this.memory, hasSingles: environment.hasSingles(table) };
  }

  async splits(table: string, options?: CallOptions): Promise<Buffer[]> {
    await this.read(options, (environment) => environment.table(table));
    return [];
  }

  put(table: string, family: Buffer, rows: readonly RowPut[], options?: MutateOptions): Promise<Failure[]> {
    return this.write(table, options, (writer, t, call) => writer.put(call, t, family, rows));
  }

  putRows(table: string, family: Buffer, rows: PackedRows, options?: MutateOptions): Promise<Failure[]> {
    return this.write(table, options, (writer, t, call) => writer.putRows(call, t, family, rows));
  }

  append(table: string, family: Buffer, rows: readonly RowPut[], options?: MutateOptions): Promise<Failure[]> {
    return this.write(table, options, (writer, t, call) => writer.append(call, t, family, rows));
  }

  delete(table: string, rows: readonly RowDelete[], options?: MutateOptions): Promise<Failure[]> {
    return this.write(table, options, (writer, t, call) => writer.delete(call, t, rows));
  }

  increment(table: string, row: Buffer, family: Buffer, qualifier: Buffer, amount: bigint, options?: CallOptions): Promise<bigint> {
    return this.write(table, options, (writer, t, call) => {
      const error = rowError(t, row) ?? familyError(t, family, row);
      if (error !== null) throw error;
      return writer.increment(call, t, row, family, qualifier, amount);
    });
  }

  compareAndSet(
    table: string,
    row: Buffer,
    family: Buffer,
    qualifier: Buffer,
    expected: Buffer | null,
    value: Buffer,
    options?: SetOptions,
  ): Promise<boolean> {
    return this.write(table, options, (writer, t, call) => {
      const error = rowError(t, row) ?? familyError(t, family, row);
      if (error !== null) throw error;
      return writer.compareAndSet(call, t, row, family, qualifier, expected, value, options?.timestamp);
    });
  }

  stats(): Record<string, number> {
    return {
      cells_written: this.writer?.cellsWritten ?? 0,
      rows_read: this.rowsRead,
      calls_outstanding: this.outstanding.size,
      ...this.environment?.stats(),
    };
  }

  /** There are none. */
  servers(): [] {
    return [];
  }

  async close(): Promise<void> {
    this.closing = true;
    await this.opening?.catch(() => undefined);
    while (this.outstanding.size > 0) await Promise.allSettled(this.outstanding);
    await this.environment?.close();
    this.environment = null;
  }

  private opened(): Environment {
    if (this.environment === null || this.closing) throw new DoNotRetryError('The embedded store is not open');
    return this.environment;
  }

  /**
   * Reads what all processes have acknowledged by now of rows in a range.
   * @param stop exclusive; empty: to the end
   */
  private readRange<T>(
    table: string,
    start: Buffer,
    stop: Buffer,
    options: CallOptions | undefined,
    action: (environment: Environment) => T,
  ): Promise<T> {
    return this.read(options, async (environment) => {
      environment.refresh();
      const sorting = environment.sortAhead(environment.table(table), start, stop);
      if (sorting !== null) {
        await sorting;
        this.opened().refresh();
      }
      return action(environment);
    });
  }

  private async read<T>(options: CallOptions | undefined, action: (environment: Environment) => T | Promise<T>): Promise<T> {
    throwIfOver(options);
    const environment = this.opened();
    try {
      return await action(environment);
    } catch (e) {
      throw environment.asReadError(e);
    }
  }

  private async write<T>(
    table: string,
    options: CallOptions | undefined,
    action: (writer: Writer, table: StoredTable, call: Call) => Promise<T>,
  ): Promise<T> {
    throwIfOver(options, table);
    const t = this.opened().table(table);
    const writer = this.writer;
    if (writer === null) throw new DoNotRetryError('The embedded store is not open', { table });
    const call: Call = { over: false };
    const work = action(writer, t, call);
    this.outstanding.add(work);
    const done = (): void => void this.outstanding.delete(work);
    work.then(done, done);
    try {
      return await withinDeadline(work, options, table);
    } finally {
      call.over = true;
    }
  }
}
