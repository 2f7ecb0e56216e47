import type { Series } from './types';

/** A series of doubles. The arrays may be longer than `size`. */
export function doubleSeries(timestamps: Float64Array, values: Float64Array, size: number): Series {
  return { size, timestamps, values, isInteger: null, allIntegers: false, integers: null };
}

/** Whether the point at `at` is an integer. */
export function isIntegerAt(series: Series, at: number): boolean {
  return series.isInteger === null ? series.allIntegers : series.isInteger[at] === 1;
}

/** The exact integer at `at`, which must be one. */
export function integerAt(series: Series, at: number): bigint {
  return series.integers === null ? BigInt(series.values[at]) : series.integers[at];
}

/** Index of the first of `size` ascending timestamps that is not before `ms`; `size` when there is none. */
export function lowerBound(timestamps: Float64Array, size: number, ms: number): number {
  let low = 0;
  let high = size;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (timestamps[middle] < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The series without its points before `ms`. */
export function since(series: Series, ms: number): Series {
  const from = lowerBound(series.timestamps, series.size, ms);
  if (from === 0) return series;
  const { size } = series;
  return {
    size: size - from,
    timestamps: series.timestamps.subarray(from, size),
    values: series.values.subarray(from, size),
    isInteger: series.isInteger?.subarray(from, size) ?? null,
    allIntegers: series.allIntegers,
    integers: series.integers?.subarray(from, size) ?? null,
  };
}
