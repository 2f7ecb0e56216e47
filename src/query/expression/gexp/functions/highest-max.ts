import { highest } from './highest';
import { RankedSlots } from './ranked-slots';

const NO_LONG = -(2 ** 63);
/** Java's Double.MIN_VALUE, which is the smallest above 0: series that are negative throughout rank alike. */
const NO_DOUBLE = Number.MIN_VALUE;

/** The largest value that each slot ever had, NaN if there was one. Mirrors HighestMax.MaxCacheAggregator. */
class MaxSlots extends RankedSlots {
  readonly name = 'highestMax';

  constructor(private readonly series: number) {
    super(new Float64Array(series).fill(NO_LONG), new Float64Array(series).fill(NO_DOUBLE));
  }

  protected takeDoubles(values: Float64Array, from: number, to: number): void {
    for (let i = 0; i < this.series; i++) {
      const value = from + i < to ? values[from + i] : 0;
      this.doubles[i] = Math.max(this.doubles[i], value);
    }
  }

  protected takeLongs(values: Float64Array, from: number, to: number): void {
    for (let i = 0; i < this.series; i++) {
      const value = from + i < to ? values[from + i] : 0;
      if (value > this.longs[i]) this.longs[i] = value;
    }
  }
}

/** `highestMax(series, n)`: the series with the highest maxima. Mirrors HighestMax. */
export const highestMax = highest((series) => new MaxSlots(series));
