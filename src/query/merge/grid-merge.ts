import type { Aggregator } from '../types';
import type { OutputBuilder } from './output';

/** Elements of a transposed block: it should stay in the second-level cache. */
const BLOCK_ELEMENTS = 32_768;

/** Values of series that have a point each at the same times. */
export interface Columns {
  /** Number of series. */
  readonly rows: number;
  readonly timestamps: Float64Array;
  /** Writes columns [from, to) to `block`, the series of a column side by side, in order. */
  transpose(from: number, to: number, block: Float64Array): void;
  /** Whether all points of the column and of its successor are integers. */
  isInteger(column: number): boolean;
  /** Exact integers of a column; null: all are safe, and those of `transpose` are exact. */
  readonly exact: ((column: number, into: BigInt64Array) => void) | null;
}

/** Aggregates column by column: no interpolation, no search for the next time. */
export class GridMerge {
  private readonly block: Float64Array;
  private readonly bigInts: BigInt64Array;
  private readonly width: number;

  /** Columns [at, end) are produced. */
  constructor(
    private readonly columns: Columns,
    private readonly aggregator: Aggregator,
    private at: number,
    private readonly end: number,
    private readonly output: OutputBuilder,
  ) {
    // No wider than what there is: a query may have thousands of small groups.
    this.width = Math.max(1, Math.min(end - at, Math.max(8, Math.floor(BLOCK_ELEMENTS / columns.rows))));
    this.block = new Float64Array(this.width * columns.rows);
    this.bigInts = new BigInt64Array(columns.rows);
  }

  /** Does one block. @returns whether more is left */
  step(): boolean {
    const { columns, aggregator, block, output } = this;
    const { rows, timestamps } = columns;
    const to = Math.min(this.end, this.at + this.width);
    columns.transpose(this.at, to, block);
    for (let column = this.at, from = 0; column < to; column++, from += rows) {
      if (!columns.isInteger(column)) {
        output.addDouble(timestamps[column], aggregator.runDouble(block, from, from + rows));
        continue;
      }
      const value = columns.exact === null ? aggregator.runLong(block, from, from + rows) : NaN;
      if (value === value) output.addInteger(timestamps[column], value);
      else output.addBigInt(timestamps[column], this.runBigInt(column, from));
    }
    this.at = to;
    return to < this.end;
  }

  private runBigInt(column: number, from: number): bigint {
    const { columns, block, bigInts } = this;
    if (columns.exact !== null) columns.exact(column, bigInts);
    else for (let i = 0; i < columns.rows; i++) bigInts[i] = BigInt(block[from + i]);
    return this.aggregator.runBigInt(bigInts, columns.rows);
  }
}
