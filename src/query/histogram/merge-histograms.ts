import type { Histogram } from '../../histogram';
import { bucketsOf, firstBucket } from '../downsample/bucketing';
import type { HistogramPoint } from '../scan/span';
import type { GroupSpec } from '../specification';

/** Histograms of one series in the order of their times: rows come in order, cells of a row need not. */
function inOrder(points: readonly HistogramPoint[]): readonly HistogramPoint[] {
  return points.every(({ time }, i) => i === 0 || points[i - 1].time <= time) ? points : [...points].sort((a, b) => a.time - b.time);
}

/** Where a histogram goes: its own time, or the start of its bucket. Null: it is left out. */
function placing(spec: GroupSpec): (time: number, before: number | null) => number | null {
  const { downsample, startMs, endMs } = spec;
  if (downsample === null) return (time) => (time < spec.scanStart * 1000 ? null : time);
  // Its one value stands at the very beginning of time, as in the original.
  if (downsample.kind === 'all') return (time) => (time >= startMs && time < endMs ? 0 : null);
  const buckets = bucketsOf(downsample);
  const first = firstBucket(buckets, spec);
  return (time, before) => {
    if (time < first) return null;
    return before === null ? buckets.start(time) : buckets.from(before, time);
  };
}

/**
 * The histograms of a group's series, added up bucket by bucket wherever their times, or the starts of their downsampling buckets, are the same;
 * nothing is interpolated, and fill policies and rates mean nothing. Mirrors HistogramDownsampler and HistogramAggregationIterator.
 * @returns in time order, over the whole scan window. Null: here others may have a turn
 */
export function* mergeHistograms(series: readonly (readonly HistogramPoint[])[], spec: GroupSpec): Generator<null, HistogramPoint[]> {
  const merged = new Map<number, Histogram>();
  const owned = new Set<number>();
  const place = placing(spec);
  for (const points of series) {
    let before: number | null = null;
    for (const { time, histogram } of inOrder(points)) {
      // Each may have tens of thousands of buckets.
      yield null;
      const at = place(time, before);
      if (at === null) continue;
      before = at;
      let sum = merged.get(at);
      if (sum === undefined) {
        merged.set(at, histogram);
        continue;
      }
      if (!owned.has(at)) {
        // What was read stays what it is.
        sum = sum.clone();
        merged.set(at, sum);
        owned.add(at);
      }
      sum.add(histogram);
    }
  }
  return [...merged].sort(([a], [b]) => a - b).map(([time, histogram]) => ({ time, histogram }));
}
