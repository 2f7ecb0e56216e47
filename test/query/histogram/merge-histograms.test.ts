import { SimpleHistogram } from '../../../src/histogram';
import { parseDownsample } from '../../../src/query/downsample/parse-downsample';
import { findAggregator } from '../../../src/query/aggregate/registry';
import { mergeHistograms } from '../../../src/query/histogram/merge-histograms';
import type { HistogramPoint } from '../../../src/query/scan/span';

const T = 1_699_920_000_000;

function point(seconds: number, count: number, upper = 1): HistogramPoint {
  const histogram = new SimpleHistogram();
  histogram.set(0, upper, BigInt(count));
  return { time: T + seconds * 1000, histogram };
}

/** Seconds and the counts of all buckets, of what is merged. */
function merged(series: readonly HistogramPoint[][], downsample: string | null, from = 0, to = 3600): [number, string][] {
  const aggregator = findAggregator('sum')!;
  const steps = mergeHistograms(series, {
    aggregator,
    downsample: downsample === null ? null : parseDownsample(downsample),
    rate: null,
    startMs: T + from * 1000,
    endMs: T + to * 1000,
    scanStart: T / 1000,
    scanEnd: T / 1000 + 3600,
  });
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value.map(({ time, histogram }) => [
    (time - T) / 1000,
    histogram
      .buckets()
      .filter(({ kind }) => kind === 'regular')
      .map((bucket) => `${bucket.upper}:${histogram.count(bucket)}`)
      .join(' '),
  ]);
}

it('adds up what has the same time, and interpolates nothing', () => {
  expect(
    merged(
      [
        [point(0, 1), point(60, 2)],
        [point(30, 4), point(60, 8, 2)],
      ],
      null,
    ),
  ).toEqual([
    [0, '1:1'],
    [30, '1:4'],
    [60, '1:2 2:8'],
  ]);
});

it('adds up buckets of time', () => {
  const one = [point(0, 1), point(30, 2), point(60, 3), point(90, 4)];
  expect(merged([one, [point(0, 100)]], '1m-sum')).toEqual([
    [0, '1:103'],
    [60, '1:7'],
  ]);
});

it('puts cells of both kinds of times in order', () => {
  // In a row, milliseconds stand before most seconds.
  expect(merged([[point(0, 1), point(650.25, 2), point(120, 4), point(600, 8)]], '5m-sum')).toEqual([
    [0, '1:5'],
    [600, '1:10'],
  ]);
});

it('leaves what was read as it was', () => {
  const first = point(0, 1);
  merged([[first], [point(0, 2)]], null);
  merged([[first], [point(0, 2)]], null);
  expect(merged([[first]], null)).toEqual([[0, '1:1']]);
});

it('has the one value of "all" at the beginning of time', () => {
  expect(merged([[point(0, 1), point(60, 2), point(120, 4)]], '0all-sum', 30, 120)).toEqual([[-T / 1000, '1:2']]);
});
