import { doubleToLong } from '../../util/java-long';
import type { Aggregator } from '../specification';
import { sortedDoubles, sortedPresent } from './sorting';

/** Where a quantile of n sorted values lies, counted from 1: the estimation types of Apache commons-math. */
export type EstimationType = 'legacy' | 'r3' | 'r7';

/**
 * A percentile. Doubles are always estimated by the legacy type, whatever the name says, as in the original; integers are cut toward zero.
 * @param percent 0..100
 */
export function percentile(name: string, percent: number, type: EstimationType): Aggregator {
  const quantile = percent / 100;
  return {
    name,
    interpolation: 'lerp',
    runDouble(values, from, to) {
      const sorted = sortedPresent(values, from, to);
      return sorted.length === 0 ? NaN : estimate(sorted, position('legacy', quantile, sorted.length));
    },
    runLong: (values, from, to) => Math.trunc(estimate(sortedDoubles(values, from, to), position(type, quantile, to - from))),
    runBigInt(values, count) {
      const doubles = Float64Array.from(values.subarray(0, count), Number);
      return doubleToLong(estimate(sortedDoubles(doubles, 0, count), position(type, quantile, count)));
    },
  };
}

function position(type: EstimationType, quantile: number, n: number): number {
  switch (type) {
    case 'legacy':
      return (n + 1) * quantile;
    case 'r3':
      return quantile <= 0.5 / n ? 0 : roundHalfEven(n * quantile);
    case 'r7':
      return 1 + (n - 1) * quantile;
  }
}

function estimate(sorted: Float64Array, at: number): number {
  const n = sorted.length;
  if (n === 1 || at < 1) return sorted[0];
  if (at >= n) return sorted[n - 1];
  const whole = Math.floor(at);
  const lower = sorted[whole - 1];
  return lower + (at - whole) * (sorted[whole] - lower);
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}
