import { highest, type Slots } from './highest';

const NO_LONG = -(2 ** 63);
/** Java's Double.MIN_VALUE, which is the smallest above 0: series that are negative throughout rank alike. */
const NO_DOUBLE = Number.MIN_VALUE;

/** The largest value that each slot ever had, NaN if there was one. Mirrors HighestMax.MaxCacheAggregator. */
class MaxSlots implements Slots {
  readonly name = 'highestMax';
  readonly interpolation = 'lerp';
  private readonly longs: Float64Array;
  private readonly doubles: Float64Array;
  private anyLong = false;
  private anyDouble = false;

  constructor(private readonly series: number) {
    this.longs = new Float64Array(series).fill(NO_LONG);
    this.doubles = new Float64Array(series).fill(NO_DOUBLE);
  }

  runDouble(values: Float64Array, from: number, to: number): number {
    this.anyDouble = true;
    for (let i = 0; i < this.series; i++) {
      const value = from + i < to ? values[from + i] : 0;
      this.doubles[i] = Math.max(this.doubles[i], value);
    }
    return 0;
  }

  runLong(values: Float64Array, from: number, to: number): number {
    this.anyLong = true;
    for (let i = 0; i < this.series; i++) {
      const value = from + i < to ? values[from + i] : 0;
      if (value > this.longs[i]) this.longs[i] = value;
    }
    return 0;
  }

  runBigInt(values: BigInt64Array, count: number): bigint {
    this.runLong(Float64Array.from(values.subarray(0, count), Number), 0, count);
    return 0n;
  }

  ranks(): Float64Array {
    if (!this.anyLong) return this.doubles;
    if (!this.anyDouble) return this.longs;
    return this.longs.map((long, i) => Math.max(long, this.doubles[i]));
  }
}

/** `highestMax(series, n)`: the series with the highest maxima. Mirrors HighestMax. */
export const highestMax = highest((series) => new MaxSlots(series));
