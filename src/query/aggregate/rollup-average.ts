import type { Aggregator } from '../specification';
import { avg } from './sums';

/**
 * The average of rolled up values. Each is two points of one time, its sum and then its count, so that a bucket of any number of them is their
 * sums by their counts. It only downsamples.
 */
export const rollupAverage: Aggregator = {
  ...avg,
  runDouble(values, from, to) {
    let sum = 0;
    let count = 0;
    for (let i = from; i < to; i += 2) {
      sum += values[i];
      count += values[i + 1];
    }
    return count === 0 ? 0 : sum / count;
  },
};
