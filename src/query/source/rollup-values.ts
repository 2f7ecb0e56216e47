import type { RollupInterval } from '../../rollup';
import { DATA_FAMILY, describeCell, FLAG_FLOAT, IllegalDataError, parseRollupQualifier, readValue, type KeyLayout } from '../../schema';
import type { Row } from '../../storage';
import type { PointsBuilder } from '../series';
import type { CellTimes, PointSource, RowReader, RowVisitor } from './point-source';
import type { DecodeFindings } from './row-decoder';
import type { RowSpan } from './row-span';

/** Cells of one aggregator: its id or, where an old version wrote them, its name. */
export interface RollupColumn {
  readonly id: number;
  readonly name: string;
}

/** Which cells of a row a query reads: those of one aggregator, or for averages sums and counts. */
export interface RollupColumns {
  readonly values: RollupColumn;
  /** Null: it is no average. */
  readonly counts: RollupColumn | null;
}

/** A table of values rolled up over one interval. */
export class RollupValues implements PointSource {
  readonly family = DATA_FAMILY;
  readonly rowSpan: RowSpan;

  /** @param fixDuplicates of two cells for one time the newer one counts */
  constructor(
    readonly table: string,
    readonly layout: KeyLayout,
    private readonly interval: RollupInterval,
    private readonly columns: RollupColumns,
    private readonly fixDuplicates: boolean,
  ) {
    this.rowSpan = interval;
  }

  /** They carry the store's times. */
  cellTimes(): CellTimes | undefined {
    return undefined;
  }

  newReader(visitor: RowVisitor): RowReader {
    return new RollupReader(visitor, this.interval, this.columns, this.fixDuplicates);
  }
}

/** The cells of one aggregator in a row, in the order of their offsets. */
interface Column {
  readonly offsets: number[];
  readonly cells: number[];
}

class RollupReader implements RowReader {
  bytes = 0;
  readonly findings: DecodeFindings = { duplicatesSame: 0, duplicatesDifferent: 0, warnings: [], merged: 0 };

  constructor(
    private readonly visitor: RowVisitor,
    private readonly interval: RollupInterval,
    private readonly columns: RollupColumns,
    private readonly fixDuplicates: boolean,
  ) {}

  estimate(row: Row): number {
    for (let i = 0; i < row.size; i++) this.bytes += row.key.length + row.qualifierLength(i) + row.valueLength(i);
    return row.size;
  }

  read(row: Row, baseTime: number, points: PointsBuilder): boolean {
    const { counts, values } = this.columns;
    const column = this.columnOf(row, values);
    if (counts === null) for (let i = 0; i < column.cells.length; i++) this.push(row, column.cells[i], baseTime, column.offsets[i], points);
    else this.pushPairs(row, baseTime, column, this.columnOf(row, counts), points);
    return false;
  }

  /** A sum without a count is left out, and a count without a sum. */
  private pushPairs(row: Row, baseTime: number, sums: Column, counts: Column, points: PointsBuilder): void {
    if (sums.cells.length + counts.cells.length > 0) this.visitor.matched();
    for (let s = 0, c = 0; s < sums.cells.length && c < counts.cells.length;) {
      const offset = sums.offsets[s];
      if (offset === counts.offsets[c]) {
        this.push(row, sums.cells[s++], baseTime, offset, points);
        this.push(row, counts.cells[c++], baseTime, offset, points);
      } else if (offset < counts.offsets[c]) s++;
      else c++;
    }
  }

  private push(row: Row, cell: number, baseTime: number, offset: number, points: PointsBuilder): void {
    const flags = row.qualifier(cell)[row.qualifierLength(cell) - 1];
    const value = readValue(row.value(cell), 0, flags);
    const time = (baseTime + offset * this.interval.seconds) * 1000;
    if (typeof value === 'bigint') points.pushExact(time, value);
    else points.push(time, value, (flags & FLAG_FLOAT) === 0);
  }

  /** @throws IllegalDataError for two cells of one time, or cells out of order */
  private columnOf(row: Row, { id, name }: RollupColumn): Column {
    const column: Column = { offsets: [], cells: [] };
    const { offsets, cells } = column;
    for (let i = 0; i < row.size; i++) {
      const qualifier = parseRollupQualifier(row.qualifier(i));
      if (qualifier === null || (qualifier.aggregator !== id && qualifier.aggregator !== name)) continue;
      const last = offsets[offsets.length - 1] ?? -1;
      if (qualifier.offset > last) {
        offsets.push(qualifier.offset);
        cells.push(i);
        continue;
      }
      if (qualifier.offset < last || !this.fixDuplicates) throw this.outOfOrder(row, i, qualifier.offset, last);
      if (row.timestamp(i) > row.timestamp(cells[cells.length - 1])) cells[cells.length - 1] = i;
    }
    return column;
  }

  private outOfOrder(row: Row, cell: number, offset: number, last: number): IllegalDataError {
    const text = describeCell(row.key, row.qualifier(cell), row.value(cell), row.timestamp(cell));
    // As in the original: the number of the interval in its row, in thousands.
    return new IllegalDataError(`The offset for ${text} of ${offset * 1000} is <= the last offset ${last * 1000}`);
  }
}
