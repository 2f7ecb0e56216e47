import { highest, type Slots } from './highest';

/** What each slot had last. Mirrors HighestCurrent.MaxLatestAggregator. */
class LatestSlots implements Slots {
  readonly name = 'highestCurrent';
  readonly interpolation = 'lerp';
  private readonly longs: Float64Array;
  private readonly doubles: Float64Array;
  private anyLong = false;
  private anyDouble = false;

  constructor(series: number) {
    this.longs = new Float64Array(series);
    this.doubles = new Float64Array(series);
  }

  runDouble(values: Float64Array, from: number, to: number): number {
    this.anyDouble = true;
    this.doubles.fill(0);
    this.doubles.set(values.subarray(from, to));
    return 0;
  }

  runLong(values: Float64Array, from: number, to: number): number {
    this.anyLong = true;
    this.longs.fill(0);
    this.longs.set(values.subarray(from, to));
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

/** `highestCurrent(series, n)`: the series with the highest newest values. Mirrors HighestCurrent. */
export const highestCurrent = highest((series) => new LatestSlots(series));
