/** Points in time order, without duplicates: what was read of one series, and what is computed from that. The arrays may be longer than `size`. */
export interface Series {
  size: number;
  /** Milliseconds since the epoch, strictly increasing. */
  timestamps: Float64Array;
  /** Every value as a double. */
  values: Float64Array;
  /** 1 where the point is an integer; null: `allIntegers` says it for all of them. */
  isInteger: Uint8Array | null;
  allIntegers: boolean;
  /** Exact integers beside `values`, valid where the point is an integer; only present when one leaves the safe range. */
  integers: BigInt64Array | null;
}

/** A series of doubles. */
export function doubleSeries(timestamps: Float64Array, values: Float64Array, size: number): Series {
  return { size, timestamps, values, isInteger: null, allIntegers: false, integers: null };
}

/** The same points in arrays of their own, which are no longer than they need be. */
export function copyOf({ size, timestamps, values, isInteger, allIntegers, integers }: Series): Series {
  return {
    size,
    timestamps: timestamps.slice(0, size),
    values: values.slice(0, size),
    isInteger: isInteger?.slice(0, size) ?? null,
    allIntegers,
    integers: integers?.slice(0, size) ?? null,
  };
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
  return between(series, ms, Infinity);
}

/** Its points from `fromMs` on, before `toMs`. */
export function between(series: Series, fromMs: number, toMs: number): Series {
  const from = lowerBound(series.timestamps, series.size, fromMs);
  const to = lowerBound(series.timestamps, series.size, toMs);
  if (from === 0 && to === series.size) return series;
  return {
    size: to - from,
    timestamps: series.timestamps.subarray(from, to),
    values: series.values.subarray(from, to),
    isInteger: series.isInteger?.subarray(from, to) ?? null,
    allIntegers: series.allIntegers,
    integers: series.integers?.subarray(from, to) ?? null,
  };
}
