import { doubleSeries, lowerBound, type Series } from '../series/series';
import type { DownsampleSpec, GroupSpec } from '../specification';
import type { Buckets } from './buckets';

/**
 * One double per bucket that holds points, at the bucket's start. All points of the scan window count, not only the query window's.
 * The first bucket is the one of the first point; the following ones are counted from it. Mirrors Downsampler.
 * @param seekMs points before it are left out
 */
export function downsample(series: Series, spec: DownsampleSpec, buckets: Buckets, seekMs: number): Series {
  const { size, timestamps, values } = series;
  const { aggregator } = spec;
  let at = lowerBound(timestamps, size, seekMs);
  if (at === size) return doubleSeries(new Float64Array(0), new Float64Array(0), 0);
  let start = buckets.start(timestamps[at]);
  // Calendar intervals may be of any length whatever their nominal one is.
  const most = spec.calendar ? size - at : Math.min(size - at, Math.floor((timestamps[size - 1] - start) / spec.intervalMs) + 1);
  const times = new Float64Array(most);
  const results = new Float64Array(most);
  let n = 0;
  while (at < size) {
    const first = at;
    start = buckets.from(start, timestamps[at]);
    const end = buckets.next(start);
    while (at < size && timestamps[at] < end) at++;
    times[n] = start;
    results[n++] = aggregator.runDouble(values, first, at);
  }
  return doubleSeries(times, results, n);
}

/** The whole query window as one bucket, its end excluded, reported at its start. */
export function downsampleAll(series: Series, spec: DownsampleSpec, group: GroupSpec): Series {
  const from = lowerBound(series.timestamps, series.size, group.startMs);
  const to = lowerBound(series.timestamps, series.size, group.endMs);
  if (from === to) return doubleSeries(new Float64Array(0), new Float64Array(0), 0);
  const value = spec.aggregator.runDouble(series.values, from, to);
  return doubleSeries(Float64Array.of(group.startMs), Float64Array.of(value), 1);
}
