import type { Aggregator } from '../specification';
import type { Series } from '../series/series';
import type { OutputBuilder } from './output';
import { sumRows } from './row-sums';

/** Elements of a transposed block: it should stay in the second-level cache. */
const BLOCK_ELEMENTS = 32_768;
/** Elements summed between two checks of the clock. */
const SUM_ELEMENTS = 524_288;

/** Values of series that have a point each at the same times. */
export interface Columns {
  /** Number of series. */
  readonly rows: number;
  readonly timestamps: Float64Array;
  /** The series, where their points are the columns as they stand; null: only `transpose` knows. */
  readonly plain: readonly Series[] | null;
  /** Writes columns [from, to) to `block`, the series of a column side by side, in order. */
  transpose(from: number, to: number, block: Float64Array): void;
  /** Whether all points of the column and of its successor are integers. */
  isInteger(column: number): boolean;
  /** Exact integers of a column; null: all are safe, and those of `transpose` are exact. */
  readonly exact: ((column: number, into: BigInt64Array) => void) | null;
}

/** Aggregates column by column: no interpolation, no search for the next time. */
export class GridMerge {
  private block: Float64Array | null = null;
  private totals: Float64Array | null = null;
  private bigInts: BigInt64Array | null = null;
  private readonly width: number;

  /** Columns [at, end) are produced. */
  constructor(
    private readonly columns: Columns,
    private readonly aggregator: Aggregator,
    private at: number,
    private readonly end: number,
    private readonly output: OutputBuilder,
  ) {
    const elements = columns.plain !== null && aggregator.adds === true ? SUM_ELEMENTS : BLOCK_ELEMENTS;
    // No wider than what there is: a query may have thousands of small groups.
    this.width = Math.max(1, Math.min(end - at, Math.max(8, Math.floor(elements / columns.rows))));
  }

  /** Does one block. @returns whether more is left */
  step(): boolean {
    const { columns, aggregator } = this;
    const { rows, plain } = columns;
    const from = this.at;
    const to = (this.at = Math.min(this.end, from + this.width));
    if (plain !== null && rows === 1) this.run(plain[0].values, from, from, to);
    else if (plain === null || aggregator.adds !== true || columns.exact !== null || !this.addUp(plain, from, to)) {
      const block = (this.block ??= new Float64Array(this.width * rows));
      columns.transpose(from, to, block);
      this.run(block, 0, from, to);
    }
    return to < this.end;
  }

  /** Aggregates columns [from, to), whose values follow each other in `block` from `at` on. */
  private run(block: Float64Array, at: number, from: number, to: number): void {
    const { columns, aggregator, output } = this;
    const { rows, timestamps } = columns;
    for (let column = from; column < to; column++, at += rows) {
      if (!columns.isInteger(column)) {
        output.addDouble(timestamps[column], aggregator.runDouble(block, at, at + rows));
        continue;
      }
      const value = columns.exact === null ? aggregator.runLong(block, at, at + rows) : NaN;
      if (value === value) output.addInteger(timestamps[column], value);
      else output.addBigInt(timestamps[column], this.runBigInt(column, block, at));
    }
  }

  /** The same for sums, without transposing; false: there is a sum that it can't do, and nothing is done. */
  private addUp(series: readonly Series[], from: number, to: number): boolean {
    const { columns, output } = this;
    const totals = (this.totals ??= new Float64Array(this.width));
    if (!sumRows(series, from, to, totals)) return false;
    for (let column = from; column < to; column++) {
      const total = totals[column - from];
      if (columns.isInteger(column)) output.addInteger(columns.timestamps[column], total);
      else output.addDouble(columns.timestamps[column], total);
    }
    return true;
  }

  private runBigInt(column: number, block: Float64Array, at: number): bigint {
    const { columns } = this;
    const bigInts = (this.bigInts ??= new BigInt64Array(columns.rows));
    if (columns.exact !== null) columns.exact(column, bigInts);
    else for (let i = 0; i < columns.rows; i++) bigInts[i] = BigInt(block[at + i]);
    return this.aggregator.runBigInt(bigInts, columns.rows);
  }
}
