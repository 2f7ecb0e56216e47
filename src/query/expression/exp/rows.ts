import type { Series } from '../../series';
import type { Evaluate } from './language';

/** One variable of an expression: its series in the order of the expression's, and what stands for points that they lack. */
export interface RowColumn {
  /** Null: the variable has no such series, which is 0 throughout. */
  readonly series: readonly (Series | null)[];
  /** Series that have no place because another one of the variable has the same key: there are rows at their times, too. */
  readonly displaced: readonly Series[];
  /** In place of a point that isn't there, or is NaN. */
  readonly fill: number;
}

/**
 * Series lined up by time: at every time at which one of them has a point, the value of the expression for each of the joined series.
 * Mirrors TimeSyncedIterator and ExpressionIterator.
 */
export class AlignedRows {
  /** Series that are there and those that are displaced, each with its upcoming point; times are Infinity behind the last one. */
  private readonly inputs: Series[] = [];
  private readonly fills: number[] = [];
  private readonly nextTimes: Float64Array;
  private readonly positions: Int32Array;
  /** What each input has at the current time; the first place belongs to the series that aren't there. */
  private readonly current: Float64Array;
  /** By series, then by variable: a place in `current`. */
  private readonly places: readonly Int32Array[];
  private readonly values: Float64Array;
  /** What one value takes, the addition of two points taking 1. */
  readonly cost: number;

  /**
   * @param width number of joined series
   * @param length characters of the expression
   */
  constructor(
    columns: readonly RowColumn[],
    readonly width: number,
    private readonly evaluate: Evaluate,
    length = 0,
  ) {
    this.cost = columns.length + length;
    this.places = Array.from({ length: width }, (_, i) => Int32Array.from(columns, ({ series, fill }) => this.input(series[i], fill)));
    for (const { displaced, fill } of columns) for (const series of displaced) this.input(series, fill);
    this.nextTimes = Float64Array.from(this.inputs, ({ size, timestamps }) => (size > 0 ? timestamps[0] : Infinity));
    this.positions = new Int32Array(this.inputs.length);
    this.current = new Float64Array(this.inputs.length + 1);
    this.values = new Float64Array(columns.length);
  }

  /** Goes on to the next time. @returns Infinity when there is none */
  next(): number {
    const { inputs, nextTimes, positions, current } = this;
    let time = Infinity;
    for (let i = 0; i < nextTimes.length; i++) if (nextTimes[i] < time) time = nextTimes[i];
    if (time === Infinity) return time;
    for (let i = 0; i < inputs.length; i++) {
      current[i + 1] = this.fills[i];
      if (nextTimes[i] !== time) continue;
      const { timestamps, values, size } = inputs[i];
      const at = positions[i]++;
      if (values[at] === values[at]) current[i + 1] = values[at];
      nextTimes[i] = at + 1 < size ? timestamps[at + 1] : Infinity;
    }
    return time;
  }

  /** The value for one of the joined series at the current time. @throws ClientError 400 */
  valueOf(series: number): number {
    const places = this.places[series];
    for (let i = 0; i < places.length; i++) this.values[i] = this.current[places[i]];
    return this.evaluate(this.values);
  }

  private input(series: Series | null, fill: number): number {
    if (series === null) return 0;
    this.fills.push(fill);
    return this.inputs.push(series);
  }
}
