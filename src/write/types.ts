import type { Failure, RowDelete, StorageError } from '../storage';
import type { UidKind } from '../uid/types';
import type { StatsSource } from '../util/stats';
import type { DataPointFilter, WritePlugins } from './plugins';
import type { NamedSeries, SeriesIds } from './series-lookup';
import type { WrittenRows } from './written-rows';

/** A data point as text, the way a client gave it. */
export interface TextPoint {
  metric: string;
  timestamp: string;
  value: string;
  tags: ReadonlyMap<string, string>;
}

/** A data point whose timestamp has been read: seconds or milliseconds. The value is still text. */
export interface TimedPoint {
  metric: string;
  timestamp: number | bigint;
  value: string;
  tags: ReadonlyMap<string, string>;
}

/** Where a point came in: decides how a float is stored (see the schema chapter §9.3). */
export type PointOrigin = 'telnet' | 'http' | 'import';

/** Who wants to hear of points that could not be stored after they were accepted. */
export interface PointSink {
  /** @param points how many of this sink's points failed for this reason */
  failed(error: StorageError, points: number): void;
  /** @param points how many of this sink's points are durable now */
  stored?(points: number): void;
}

/** Asks a filter about a point. */
export interface FilterQuestion {
  /** Where a refusal is counted: among those of points as they were measured, or of aggregates. */
  readonly kind: 'raw' | 'aggregate';
  ask(filter: DataPointFilter): boolean | Promise<boolean>;
}

/** A cell of any table, ready to be written: what rollups, histograms and metadata are made of. */
export interface RawCell {
  table: string;
  family: Buffer;
  /** The whole key, with its salt where the table has salted keys. */
  row: Buffer;
  qualifier: Buffer;
  value: Buffer;
  /** Milliseconds; absent: the store's clock. */
  timestamp?: number;
}

/** A cell of a series that is still known by its names: what rollups and histograms are written as. */
export interface SeriesCell extends NamedSeries {
  /** One of series by time. */
  readonly table: string;
  /** Of its row, seconds. */
  readonly baseTime: number;
  readonly qualifier: Buffer;
  readonly value: Buffer;
}

/**
 * Writes rows of the data table whose points come one behind the other, in order, as compaction would leave them. A row that storage has points of
 * already gets its points as single cells, like those of any other way, and so does one that storage did not take; compaction is told of these alone.
 * For those who compact rows at the end: see `PointWriter.wholeRows`.
 */
export interface RowWriter {
  /**
   * Begins a row of which this process has written nothing. It ends with `end`, with the beginning of another one, with `flush` and with `close`.
   * @param series its key for any hour, which is copied; `baseTime` in seconds
   * @param sink told when storage refuses points of it later
   * @returns false: the buffer is full, or the writer closed; nothing was done
   */
  begin(series: Buffer, baseTime: number, sink: PointSink): boolean;
  /**
   * Adds a point to the row that has begun.
   * @param value the bytes that the length in `flags` says, which are copied
   * @returns false: there is no such row, or it has become long enough; nothing was done
   */
  add(timestamp: number, flags: number, value: Uint8Array): boolean;
  /** The row that has begun has no more points. */
  end(): void;
}

export interface PointWriter extends StatsSource {
  /**
   * Validates, resolves UIDs and hands the cell to the write buffer.
   * @returns resolves when the point is durable; rejects with the error the client is to see
   */
  addPoint(point: TextPoint, source: PointOrigin): Promise<void>;
  /**
   * The same without waiting for storage.
   * @param sink told when storage refuses the point later
   * @returns undefined when the point is in the write buffer already; else resolves when it is, rejects as the call throws
   * @throws IllegalArgumentError, NumberFormatError, NoSuchUniqueName, ThrottleError
   */
  submitPoint(point: TimedPoint, source: PointOrigin, sink: PointSink | null): Promise<void> | undefined;
  /**
   * The fast path of lines `metric timestamp value tagk=tagv ...`, without the line end.
   * @returns false: the line needs the slow path, submitPoint (unknown names, odd numbers, errors); nothing was done
   */
  addLine(line: Buffer, from: number, to: number, source: PointOrigin, sink: PointSink | null): boolean;
  /** The fast path of points whose parts are known: see PointBuilder. */
  readonly builder: PointBuilder;
  /** Writes whole rows, past the plugins. Not in append mode, nor where cells carry the time of their point. */
  readonly wholeRows: RowWriter;
  /** What to do about names that the fast path does not know before the slow one is taken. */
  readonly unknownNames: NameScout;
  /**
   * What is asked of the names of every point before anything is looked up: the number of tags, and which characters there are.
   * @throws IllegalArgumentError
   */
  checkSeries(metric: string, tags: ReadonlyMap<string, string>): void;
  /** UIDs of a series, assigned where they may be. @throws NoSuchUniqueName, FailedToAssignUniqueId, StorageError */
  assign(series: NamedSeries): Promise<SeriesIds>;
  /**
   * Resolves UIDs and hands the cell to the write buffer, in the order of the series' points; its names have been checked.
   * @param question asks a filter whether it may be written
   * @returns as submitPoint
   * @throws ThrottleError
   */
  submitCell(cell: SeriesCell, question: FilterQuestion, sink: PointSink | null): Promise<void> | undefined;
  /** Hands over a cell that is built already. @throws ThrottleError */
  addCell(cell: RawCell, sink: PointSink | null): void;
  /**
   * Deletes rows, or columns of them, behind everything that was accepted for these rows before the call, be it in the buffer or in the spool.
   * What is accepted for them while this is under way may go or stay.
   * @returns as Storage.delete; what is in the spool counts as done
   */
  delete(table: string, rows: readonly RowDelete[]): Promise<Failure[]>;
  readonly plugins: WritePlugins;
  /** The buffer is below its soft mark: clients may be read. */
  readonly accepting: boolean;
  /** Resolves when the caller may write: callers are let in one at a time, in the order of asking, while `accepting`. */
  mayWrite(): Promise<void>;
  /** Told of every row of the data table that got points, once per stay of the row in the buffer, at its end. */
  onRowsWritten(listener: (rows: WrittenRows) => void): void;
  /** The one who is told of the points of rows of the data table once storage has them. The key is only lent. */
  onPointsStored(listener: (rowKey: Buffer, points: number) => void): void;
  /** Points of this row of the data table are in the buffer. */
  isWriting(rowKey: Buffer): boolean;
  /** Begins to replay what an earlier process has left in the spool. Storage and UIDs have to be open. */
  startReplay(): void;
  /** Everything accepted so far is durable (or has failed) when it resolves. */
  flush(): Promise<void>;
  /** Takes nothing more, drains, stops. */
  close(): Promise<void>;
}

/**
 * Finds the UIDs of names that the fast path does not know. Who meets one looks ahead: notes the names of the points that it has, asks, and
 * when that resolves goes on where it was. What the fast path does not take then is for the slow one.
 */
export interface NameScout {
  /** False: the fast path is closed, or storage does not answer; go on with the slow path. */
  readonly asks: boolean;
  /** Notes a name, unless it is known. */
  note(kind: UidKind, bytes: Buffer, from: number, to: number): void;
  /** Notes the names of a line as for PointWriter.addLine. */
  noteLine(line: Buffer, from: number, to: number): void;
  /** @returns null: nothing was noted since the last call; else resolves when storage has answered, or takes too long. Never rejects. */
  ask(): Promise<void> | null;
}

/**
 * Builds one data point after the other from bytes. Calls in this order: `begin`, `tag` for each, `finish`. As soon as one answers
 * false the point has to take the slow path.
 */
export interface PointBuilder {
  /** Values of tags that will be asked for soon, some hundreds: see NamesTable.readAhead. */
  expectValues(hashes: Int32Array, from: number, to: number, step: number): void;
  /** @param hash of the metric, see hashName. @returns false: the metric is unknown here */
  begin(bytes: Buffer, metricFrom: number, metricTo: number, hash: number): boolean;
  /** @returns false: a name is unknown, or there are too many tags */
  tag(bytes: Buffer, keyFrom: number, keyTo: number, keyHash: number, valueFrom: number, valueTo: number, valueHash: number): boolean;
  /** Changes with every point that is begun, and when names are forgotten. */
  readonly serial: number;
  /**
   * In place of `tag`, for a point whose tags have the names of those of the point begun before it, in the same order. All of those must have
   * been taken, and `serial` been the same then as when this point began.
   * @param i position of the tag
   * @returns false: the value is unknown
   */
  tagAgain(i: number, keyHash: number, bytes: Buffer, valueFrom: number, valueTo: number, valueHash: number): boolean;
  /**
   * @param timestamp seconds or milliseconds, positive
   * @returns false: the value is not a plain number, the timestamp out of range, a tag twice, or the buffer full; nothing was done
   */
  finish(bytes: Buffer, valueFrom: number, valueTo: number, timestamp: number, source: PointOrigin, sink: PointSink | null): boolean;
}
