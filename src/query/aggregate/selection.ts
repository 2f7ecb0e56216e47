import { IllegalStateError } from '../../util/errors';
import type { Aggregator, Interpolation } from '../specification';
import { sortedDoubles, sortedPresent } from './sorting';

/** Smallest value, NaN skipped; a minimum of +Infinity is NaN. */
export function min(name: string, interpolation: Interpolation): Aggregator {
  return {
    name,
    interpolation,
    runDouble(values, from, to) {
      let least = Infinity;
      for (let i = from; i < to; i++) if (values[i] < least) least = values[i];
      return least === Infinity ? NaN : least;
    },
    runLong(values, from, to) {
      let least = values[from];
      for (let i = from + 1; i < to; i++) if (values[i] < least) least = values[i];
      return least;
    },
    runBigInt(values, count) {
      let least = values[0];
      for (let i = 1; i < count; i++) if (values[i] < least) least = values[i];
      return least;
    },
  };
}

/** Largest value, NaN skipped; a maximum of -Infinity is NaN. */
export function max(name: string, interpolation: Interpolation): Aggregator {
  return {
    name,
    interpolation,
    runDouble(values, from, to) {
      let most = -Infinity;
      for (let i = from; i < to; i++) if (values[i] > most) most = values[i];
      return most === -Infinity ? NaN : most;
    },
    runLong(values, from, to) {
      let most = values[from];
      for (let i = from + 1; i < to; i++) if (values[i] > most) most = values[i];
      return most;
    },
    runBigInt(values, count) {
      let most = values[0];
      for (let i = 1; i < count; i++) if (values[i] > most) most = values[i];
      return most;
    },
  };
}

/** The upper middle of the sorted values, NaN skipped. */
export const median: Aggregator = {
  name: 'median',
  interpolation: 'lerp',
  runDouble(values, from, to) {
    const sorted = sortedPresent(values, from, to);
    return sorted.length === 0 ? NaN : sorted[sorted.length >> 1];
  },
  runLong: (values, from, to) => sortedDoubles(values, from, to)[(to - from) >> 1],
  runBigInt: (values, count) => values.slice(0, count).sort()[count >> 1],
};

/** First and last count NaN as a value like any other. */
export const first: Aggregator = {
  name: 'first',
  interpolation: 'zero',
  runDouble: (values, from) => values[from],
  runLong: (values, from) => values[from],
  runBigInt: (values) => values[0],
};

export const last: Aggregator = {
  name: 'last',
  interpolation: 'zero',
  runDouble: (values, _from, to) => values[to - 1],
  runLong: (values, _from, to) => values[to - 1],
  runBigInt: (values, count) => values[count - 1],
};

/** No aggregation: the engine gives every series a group of its own. */
export const none: Aggregator = {
  name: 'none',
  interpolation: 'zero',
  runDouble(values, from, to) {
    requireSingle(to - from);
    return values[from];
  },
  runLong(values, from, to) {
    requireSingle(to - from);
    return values[from];
  },
  runBigInt(values, count) {
    requireSingle(count);
    return values[0];
  },
};

function requireSingle(count: number): void {
  if (count > 1) throw new IllegalStateError('More than one value in aggregator none');
}
