import { doubleToLong } from '../../util/java-long';
import type { Aggregator } from '../specification';

/** Population standard deviation by Welford's recurrence; NaN is skipped, a single value gives 0. */
export const dev: Aggregator = {
  name: 'dev',
  interpolation: 'lerp',
  runDouble: deviation,
  runLong: (values, from, to) => Math.trunc(deviation(values, from, to)),
  runBigInt: (values, count) => doubleToLong(deviation(Float64Array.from(values.subarray(0, count), Number), 0, count)),
};

function deviation(values: Float64Array, from: number, to: number): number {
  let n = 0;
  let mean = 0;
  let squares = 0;
  for (let i = from; i < to; i++) {
    const value = values[i];
    if (value !== value) continue;
    n++;
    if (n === 1) {
      mean = value;
      continue;
    }
    const previous = mean;
    mean = previous + (value - previous) / n;
    squares += (value - previous) * (value - mean);
  }
  return n === 0 ? NaN : n === 1 ? 0 : Math.sqrt(squares / n);
}
