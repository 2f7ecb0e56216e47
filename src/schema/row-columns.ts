import { parseAppendColumn } from './append';
import { describeCell } from './bytes';
import { columnKindAt } from './column';
import { corruptedValue, repairPoint, type PointCell } from './compacted';
import type { IllegalDataError } from './errors';
import { checkQualifierAt, flagsAt, offsetMsAt, qualifierLengthAt, valueLengthOf } from './qualifier';

/** The cells of one data row (family `t` only) in HBase order, as a store hands them out. */
export interface StoredRow {
  readonly key: Buffer;
  readonly size: number;
  /** What the offsets below point into. */
  readonly block: { readonly data: Buffer };
  qualifier(i: number): Buffer;
  value(i: number): Buffer;
  /** Milliseconds. */
  timestamp(i: number): number;
  qualifierOffset(i: number): number;
  qualifierLength(i: number): number;
  valueOffset(i: number): number;
  valueLength(i: number): number;
}

/**
 * Walks the points of one column. It takes the value's end for granted: the meta byte is not looked at, and points whose
 * value would start behind the end are left out. Mirrors ColumnDatapointIterator.
 */
export class PointColumn {
  /** Milliseconds from the base time of the point it stands at. */
  offsetMs = 0;
  qualifierAt = 0;
  valueAt = 0;

  /**
   * @param cell index of the column in its row
   * @param timestamp of the cell, milliseconds
   * @param repaired qualifier or value are not the stored ones
   */
  constructor(
    readonly row: StoredRow,
    readonly cell: number,
    readonly timestamp: number,
    readonly qualifiers: Buffer,
    readonly values: Buffer,
    readonly repaired: boolean,
  ) {}

  /** Stands at a point; false: the column is at its end. Call it once before anything else. @throws IllegalDataError */
  read(): boolean {
    if (this.qualifierAt >= this.qualifiers.length || this.valueAt >= this.values.length) return false;
    checkQualifierAt(this.qualifiers, 0, this.qualifiers.length, this.qualifierAt);
    this.offsetMs = offsetMsAt(this.qualifiers, this.qualifierAt);
    return true;
  }

  /** Goes on to the next point; false: there is none. @throws IllegalDataError */
  advance(): boolean {
    this.valueAt += this.valueLength;
    this.qualifierAt += this.qualifierLength;
    return this.read();
  }

  get qualifierLength(): 2 | 4 {
    return qualifierLengthAt(this.qualifiers, this.qualifierAt);
  }
  get flags(): number {
    return flagsAt(this.qualifiers, this.qualifierAt);
  }
  get valueLength(): number {
    return valueLengthOf(this.flags);
  }
  /** Bytes of the point's qualifier; a view. */
  get qualifier(): Buffer {
    const length = this.qualifierLength;
    return length === this.qualifiers.length ? this.qualifiers : this.qualifiers.subarray(this.qualifierAt, this.qualifierAt + length);
  }
  /** Bytes of the point's value; a view. @throws IllegalDataError when the column ends inside it */
  get value(): Buffer {
    const end = this.valueAt + this.valueLength;
    if (end > this.values.length) throw cutOffValue(this.row, this.cell, this.valueAt);
    return this.valueAt === 0 && end === this.values.length ? this.values : this.values.subarray(this.valueAt, end);
  }
}

/** The error of a cell that ends inside the value which starts at `consumed`. */
export function cutOffValue(row: StoredRow, cell: number, consumed: number): IllegalDataError {
  const value = row.value(cell);
  return corruptedValue(consumed, value.length, () => describeCell(row.key, row.qualifier(cell), value, row.timestamp(cell)), []);
}

/** The only column of a row when it is one point that stands there just as it should: nothing to merge. */
export function loneColumn(columns: readonly PointColumn[]): PointColumn | null {
  const [column] = columns;
  return columns.length === 1 && !column.repaired && column.qualifiers.length === column.qualifierLength ? column : null;
}

/** Log line for a column of a kind that nobody writes. */
export function unknownColumn(row: StoredRow, cell: number): string {
  return `Ignoring unexpected extended format type ${row.block.data.readInt8(row.qualifierOffset(cell))}`;
}

/** What a row is made of. Numbers are indexes of cells. */
export interface RowColumns {
  /** Columns with at least one point, standing at their first, in the order of the cells. */
  columns: PointColumn[];
  /** Plain and compacted cells. */
  dataCells: number[];
  /** The append column with its bytes in order; null: none. */
  append: { cell: number; points: PointCell[]; repairable: boolean } | null;
  annotations: number[];
  histograms: number[];
  /** Of an odd length with a first byte that nobody writes. */
  unknown: number[];
  /** Largest timestamp of a data or append cell, 0 without any. */
  newest: number;
}

/** Sorts a row's cells by what they are. @throws IllegalDataError, IllegalArgumentError for malformed ones */
export function columnsOf(row: StoredRow): RowColumns {
  const out: RowColumns = { columns: [], dataCells: [], append: null, annotations: [], histograms: [], unknown: [], newest: 0 };
  const { data } = row.block;
  for (let i = 0; i < row.size; i++) {
    const kind = columnKindAt(data, row.qualifierOffset(i), row.qualifierLength(i));
    if (kind === 'annotation') out.annotations.push(i);
    else if (kind === 'histogram') out.histograms.push(i);
    else if (kind === 'unknown') {
      // Without any qualifier there is no byte to warn of.
      if (row.qualifierLength(i) > 0) out.unknown.push(i);
    } else {
      out.newest = Math.max(out.newest, row.timestamp(i));
      const column = kind === 'append' ? appendColumn(row, i, out) : dataColumn(row, i, kind === 'seconds');
      if (kind !== 'append') out.dataCells.push(i);
      if (column.read()) out.columns.push(column);
    }
  }
  return out;
}

function dataColumn(row: StoredRow, i: number, repairable: boolean): PointColumn {
  const qualifier = row.qualifier(i);
  const value = row.value(i);
  if (!repairable || value.length === 0) return new PointColumn(row, i, row.timestamp(i), qualifier, value, false);
  const point = repairPoint(qualifier, value);
  const repaired = point.qualifier !== qualifier || point.value !== value;
  return new PointColumn(row, i, row.timestamp(i), point.qualifier, point.value, repaired);
}

function appendColumn(row: StoredRow, i: number, out: RowColumns): PointColumn {
  const timestamp = row.timestamp(i);
  const { points, repairable } = parseAppendColumn(row.key, row.qualifier(i), row.value(i), timestamp);
  out.append = { cell: i, points, repairable };
  const qualifiers = Buffer.concat(points.map((p) => p.qualifier));
  return new PointColumn(row, i, timestamp, qualifiers, Buffer.concat(points.map((p) => p.value)), false);
}
