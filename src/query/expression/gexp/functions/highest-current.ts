import { highest } from './highest';
import { RankedSlots } from './ranked-slots';

/** What each slot had last. Mirrors HighestCurrent.MaxLatestAggregator. */
class LatestSlots extends RankedSlots {
  readonly name = 'highestCurrent';

  constructor(series: number) {
    super(new Float64Array(series), new Float64Array(series));
  }

  protected takeDoubles(values: Float64Array, from: number, to: number): void {
    this.doubles.fill(0);
    this.doubles.set(values.subarray(from, to));
  }

  protected takeLongs(values: Float64Array, from: number, to: number): void {
    this.longs.fill(0);
    this.longs.set(values.subarray(from, to));
  }
}

/** `highestCurrent(series, n)`: the series with the highest newest values. Mirrors HighestCurrent. */
export const highestCurrent = highest((series) => new LatestSlots(series));
