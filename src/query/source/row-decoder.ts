import { columnKindAt, type ColumnKind } from '../../schema/column';
import { MS_MIXED_COMPACT } from '../../schema/compacted';
import { mergePoints, type MergeFindings, type MergeOptions } from '../../schema/merge-points';
import type { PointsBuilder } from '../series/points-builder';
import { FLAG_FLOAT, FLAGS_MASK, LENGTH_MASK, MS_BYTE_FLAG, checkQualifierAt } from '../../schema/qualifier';
import { columnsOf, cutOffValue, loneColumn, unknownColumn, type StoredRow } from '../../schema/row-columns';
import { DOUBLE_FLAGS, FLOAT_FLAGS, illegalValue, readValue } from '../../schema/value';

const NO_DATA = Buffer.alloc(0);
const NO_VIEW = new DataView(NO_DATA.buffer);

/** An integer of eight bytes, which a double may not hold. */
const LONG_FLAGS = 7;

/** What decoding rows found on its way, added up. */
export interface DecodeFindings extends MergeFindings {
  /** Rows with more than one lone point: `compaction.count`. */
  merged: number;
}

/** Told of each annotation and histogram cell, by its index in the row. */
export type ExtendedCellVisitor = (row: StoredRow, cell: number, kind: ColumnKind) => void;

/** Whether a qualifier of even length is that of a single point. */
function isLone(data: Buffer, at: number, length: number): boolean {
  return length === 2 || (length === 4 && data[at] >= MS_BYTE_FLAG);
}

/**
 * Decodes the points of data rows into typed arrays: the points that mergeRow finds, without building its cell. Rows whose
 * cells are in strict time order already, which is nearly all, are read in place; the others are merged.
 * One decoder serves many rows one after the other.
 */
export class RowDecoder {
  readonly findings: DecodeFindings = { duplicatesSame: 0, duplicatesDifferent: 0, warnings: [], merged: 0 };
  private data: Buffer = NO_DATA;
  private view: DataView = NO_VIEW;
  /** Offset of the last point that was read in place, milliseconds. */
  private last = -1;
  /** The row's cells are not exactly what compaction would leave. */
  private untidy = false;

  constructor(
    private readonly options: MergeOptions,
    private readonly visit: ExtendedCellVisitor | null = null,
  ) {}

  /**
   * Adds a row's points to those of its series.
   * @param baseTime of the row, seconds
   * @returns whether compaction (mergeRow) may have something to write, delete or repair in this row
   * @throws DuplicateTimestampError, IllegalDataError, IllegalArgumentError in the original's words; `sink` is then as it was
   */
  decode(row: StoredRow, baseTime: number, sink: PointsBuilder): boolean {
    const start = sink.size;
    const baseMs = baseTime * 1000;
    try {
      if (!this.readInOrder(row, baseMs, sink)) {
        sink.truncate(start);
        return this.merge(row, baseMs, sink);
      }
    } catch (error) {
      sink.truncate(start);
      throw error;
    }
    return this.untidy;
  }

  /** Reads all cells one after the other; false: they are not in strict time order, or not to be read without a repair. */
  private readInOrder(row: StoredRow, baseMs: number, sink: PointsBuilder): boolean {
    this.use(row.block.data);
    this.last = -1;
    this.untidy = false;
    let columns = 0;
    let merged = false;
    let extended = false;
    for (let i = 0; i < row.size; i++) {
      const length = row.qualifierLength(i);
      if ((length & 1) !== 0 || length === 0) {
        if (columnKindAt(this.data, row.qualifierOffset(i), length) === 'append') return false;
        extended = true;
        continue;
      }
      const read = this.readCell(row, i, length, baseMs, sink);
      if (read < 0) return false;
      if (read > 0) columns++;
      if (columns > 1 || !isLone(this.data, row.qualifierOffset(i), length)) merged = true;
    }
    if (columns > 1) this.untidy = true;
    if (merged && columns > 0) this.findings.merged++;
    if (extended) this.visitExtended(row);
    return true;
  }

  /** Reads a cell's points; returns how many, or -1 when the row has to be merged. */
  private readCell(row: StoredRow, cell: number, length: number, baseMs: number, sink: PointsBuilder): number {
    const { data, view } = this;
    const valueStart = row.valueOffset(cell);
    const valueEnd = valueStart + row.valueLength(cell);
    const start = row.qualifierOffset(cell);
    const end = start + length;
    if (length === 2 && (data[start + 1] & LENGTH_MASK) + 1 !== valueEnd - valueStart) return -1;
    let { last } = this;
    let value = valueStart;
    let widths = 0;
    let count = 0;
    sink.reserve(length >>> 1);
    // Points of the kind that all had before go straight into the arrays: this is the innermost loop of every query.
    let { kind, timestamps, values, size } = sink;
    for (let at = start; at < end && value < valueEnd; count++) {
      const first = data[at];
      let low: number;
      let offset: number;
      if (first < MS_BYTE_FLAG) {
        low = data[at + 1];
        offset = ((first << 4) | (low >>> 4)) * 1000;
        at += 2;
        widths |= 1;
      } else {
        if (at + 4 > end) checkQualifierAt(data, start, length, at);
        low = data[at + 3];
        offset = ((first & 0x0f) << 18) | (data[at + 1] << 10) | (data[at + 2] << 2) | (low >>> 6);
        at += 4;
        widths |= 2;
      }
      if (offset <= last) return -1;
      last = offset;
      const flags = low & FLAGS_MASK;
      const next = value + (flags & LENGTH_MASK) + 1;
      if (next > valueEnd) throw cutOffValue(row, cell, value - valueStart);
      if (kind === ((flags & FLAG_FLOAT) === 0) && flags !== LONG_FLAGS) {
        timestamps[size] = baseMs + offset;
        if (flags === 0) values[size] = view.getInt8(value);
        else if (flags === 1) values[size] = view.getInt16(value);
        else if (flags === FLOAT_FLAGS) values[size] = view.getFloat32(value);
        else if (flags === DOUBLE_FLAGS) values[size] = view.getFloat64(value);
        else if (flags === 3) values[size] = view.getInt32(value);
        else throw illegalValue(row.value(cell), value - valueStart, flags);
        size++;
      } else {
        sink.size = size;
        this.readPoint(row, cell, baseMs + offset, value, flags, sink);
        ({ kind, timestamps, values, size } = sink);
      }
      value = next;
    }
    this.last = last;
    sink.size = size;
    if (!isLone(data, start, length) && (count < 2 || value + 1 !== valueEnd || data[value] !== (widths === 3 ? MS_MIXED_COMPACT : 0)))
      this.untidy = true;
    return count;
  }

  private readPoint(row: StoredRow, cell: number, timestamp: number, at: number, flags: number, sink: PointsBuilder): void {
    const { view } = this;
    switch (flags) {
      case 0:
        return sink.push(timestamp, view.getInt8(at), true);
      case 1:
        return sink.push(timestamp, view.getInt16(at), true);
      case 3:
        return sink.push(timestamp, view.getInt32(at), true);
      case LONG_FLAGS: {
        const value = view.getInt32(at) * 4294967296 + view.getUint32(at + 4);
        if (Number.isSafeInteger(value)) return sink.push(timestamp, value, true);
        return sink.pushExact(timestamp, view.getBigInt64(at));
      }
      case FLOAT_FLAGS:
        return sink.push(timestamp, view.getFloat32(at), false);
      case DOUBLE_FLAGS:
        return sink.push(timestamp, view.getFloat64(at), false);
      default:
        throw illegalValue(row.value(cell), at - row.valueOffset(cell), flags);
    }
  }

  private merge(row: StoredRow, baseMs: number, sink: PointsBuilder): boolean {
    const found = columnsOf(row);
    if (found.columns.length > 0 && loneColumn(found.columns) === null) this.findings.merged++;
    mergePoints(row.key, found.columns, this.options, this.findings, (point) => {
      const value = readValue(point.value, 0, point.flags);
      if (typeof value === 'bigint') sink.pushExact(baseMs + point.offsetMs, value);
      else sink.push(baseMs + point.offsetMs, value, (point.flags & FLAG_FLOAT) === 0);
    });
    this.visitExtended(row);
    return found.append?.repairable ?? found.columns.length > 0;
  }

  private visitExtended(row: StoredRow): void {
    for (let i = 0; i < row.size; i++) {
      const kind = columnKindAt(row.block.data, row.qualifierOffset(i), row.qualifierLength(i));
      if (kind === 'annotation' || kind === 'histogram') this.visit?.(row, i, kind);
      else if (kind === 'unknown' && row.qualifierLength(i) > 0) this.findings.warnings.push(unknownColumn(row, i));
    }
  }

  /** The view is kept from row to row: thousands of rows come from one block. */
  private use(data: Buffer): void {
    if (data === this.data) return;
    this.data = data;
    this.view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  }
}
