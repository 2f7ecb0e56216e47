import type { Series } from '../api/series';

/** What the legend says of a series; NaN: it has no value at all. */
export interface Summary {
  readonly last: number;
  readonly min: number;
  readonly max: number;
  readonly avg: number;
}

const summaries = new WeakMap<Series, Summary>();

export function summaryOf(series: Series): Summary {
  let summary = summaries.get(series);
  if (summary === undefined) summaries.set(series, (summary = summarise(series.values)));
  return summary;
}

function summarise(values: Float64Array): Summary {
  let last = NaN;
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    last = value;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
    count++;
  }
  return count === 0 ? { last, min: NaN, max: NaN, avg: NaN } : { last, min, max, avg: sum / count };
}

/** The value of a series at the point nearest to a time; NaN: it has none within `within` milliseconds. */
export function valueNear({ times, values }: Series, time: number, within: number): number {
  if (times.length === 0) return NaN;
  let low = 0;
  let high = times.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] < time) low = middle + 1;
    else high = middle;
  }
  const at = low > 0 && time - times[low - 1] <= Math.abs(times[low] - time) ? low - 1 : low;
  return Math.abs(times[at] - time) <= within ? values[at] : NaN;
}

/** How far from the pointer a point may be and still be told, in a range of so many milliseconds. */
export const nearness = (span: number): number => Math.max(1, span / 50);
