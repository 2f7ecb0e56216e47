import type { Bucket } from '../../histogram';
import { javaFloatToString } from '../../util/java-double';
import { mergeHistograms } from '../histogram/merge-histograms';
import type { QueryGroup } from '../output';
import type { HistogramPoint } from '../scan';
import { doubleSeries, PointsBuilder, type Series } from '../series';
import type { ValidQuery } from '../specification';
import { describeGroup, measured, newSeriesStats } from './group-description';
import { specOf, type ReadSubQuery } from './read-sub-query';

/** One number of each histogram. */
interface Reading {
  /** Behind the metric's name. */
  readonly suffix: string;
  read(points: readonly HistogramPoint[]): Generator<null, Series>;
}

/** Histograms that are read between two turns of others: each may have tens of thousands of buckets to add up. */
const READ_A_TURN = 16;

/**
 * The output objects of a group of histograms: one a percentile, then one for each bucket that the first histogram of the scan window has.
 * Null: here others may have a turn.
 */
export function* histogramGroups(sub: ReadSubQuery, at: number, query: ValidQuery): Generator<null, readonly QueryGroup[]> {
  const { planned, groups } = sub;
  const { subQuery } = planned;
  const spec = specOf(planned, query);
  const merged = yield* mergeHistograms(
    groups[at].spans.map(({ histograms }) => histograms ?? []),
    spec,
  );
  const shown = merged.filter(({ time }) => time >= spec.startMs && time <= spec.endMs);
  const buckets = subQuery.showHistogramBuckets && merged.length > 0 ? merged[0].histogram.buckets() : [];
  const readings = [...(subQuery.percentiles ?? []).map(percentileReading), ...buckets.map(bucketReading)];
  return readings.map(({ suffix, read }) => {
    const stats = newSeriesStats(sub);
    const group = describeGroup(sub, at, stats, () => measured(read(shown), stats));
    return { ...group, metric: `${group.metric}_${suffix}` };
  });
}

function percentileReading(percent: number): Reading {
  const single = Math.fround(percent);
  return {
    suffix: `pct_${javaFloatToString(single)}`,
    *read(points) {
      const times = Float64Array.from(points, ({ time }) => time);
      const values = new Float64Array(points.length);
      for (let i = 0; i < points.length; i++) {
        values[i] = points[i].histogram.percentile(single);
        if (i % READ_A_TURN === READ_A_TURN - 1) yield null;
      }
      return doubleSeries(times, values, points.length);
    },
  };
}

function bucketReading(bucket: Bucket): Reading {
  const { kind, lower, upper } = bucket;
  return {
    suffix: kind === 'regular' ? `${javaFloatToString(lower)}_${javaFloatToString(upper)}` : kind.toUpperCase(),
    // There is nothing to wait for: a bucket is found in a moment.
    *read(points) {
      const series = new PointsBuilder(points.length);
      for (const { time, histogram } of points) {
        const count = histogram.count(bucket);
        if (BigInt(Number(count)) === count && Number.isSafeInteger(Number(count))) series.push(time, Number(count), true);
        else series.pushExact(time, count);
      }
      return series;
    },
  };
}
