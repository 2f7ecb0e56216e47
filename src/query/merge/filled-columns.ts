import { fillValue } from '../downsample/filled-buckets';
import { rateBetween } from '../rate/rate';
import type { FillPolicy, RateOptions } from '../specification';
import type { Series } from '../series/series';
import type { Columns } from './grid-merge';

/** Columns of downsampled series whose missing buckets are filled, and then perhaps turned into rates. */
export class FilledColumns implements Columns {
  readonly rows: number;
  readonly exact = null;
  readonly plain = null;
  /** Where each series stands in its own buckets. */
  private readonly cursors: Int32Array;
  /** The value of the bucket before, for rates. */
  private readonly previous: Float64Array;

  /**
   * @param series one value per bucket that has points
   * @param timestamps the buckets to fill
   * @param rate null: none; its options must not drop resets
   * @param from the column that will be asked for first; with a rate it has one before it
   */
  constructor(
    private readonly series: readonly Series[],
    readonly timestamps: Float64Array,
    private readonly fill: FillPolicy,
    private readonly rate: RateOptions | null,
    from: number,
  ) {
    this.rows = series.length;
    this.cursors = new Int32Array(series.length);
    this.previous = new Float64Array(series.length);
    if (rate === null || from > timestamps.length) return;
    for (let i = 0; i < series.length; i++) {
      this.seek(i, from - 1);
      this.previous[i] = this.valueAt(i, from - 1);
    }
  }

  /** Blocks must be asked for in order. */
  transpose(from: number, to: number, block: Float64Array): void {
    const { rows, timestamps, previous, rate } = this;
    for (let i = 0; i < rows; i++) {
      for (let column = from, at = i; column < to; column++, at += rows) {
        this.seek(i, column);
        const value = this.valueAt(i, column);
        block[at] = rate === null ? value : rateBetween(previous[i], value, (timestamps[column] - timestamps[column - 1]) / 1000, rate);
        previous[i] = value;
      }
    }
  }

  isInteger(): boolean {
    return false;
  }

  /** Passes over what a series has before a column. */
  private seek(i: number, column: number): void {
    const { timestamps, size } = this.series[i];
    while (this.cursors[i] < size && timestamps[this.cursors[i]] < this.timestamps[column]) this.cursors[i]++;
  }

  private valueAt(i: number, column: number): number {
    const { timestamps, values, size } = this.series[i];
    const at = this.cursors[i];
    return at < size && timestamps[at] === this.timestamps[column] ? values[at] : fillValue(this.fill);
  }
}
