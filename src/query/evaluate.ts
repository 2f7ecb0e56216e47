import { bucketsOf, firstBucket } from './downsample/bucketing';
import { downsample, downsampleAll } from './downsample/downsampler';
import { fillSeries, filledBuckets, type Room } from './downsample/filled-buckets';
import { FilledColumns } from './merge/filled-columns';
import { GridMerge, type Columns } from './merge/grid-merge';
import { OutputBuilder } from './merge/output';
import { SharedTimestamps, shareTimestamps } from './merge/shared-timestamps';
import { UnionMerge } from './merge/union-merge';
import { lowerBound, since, type Series } from './series/series';
import { rateOf } from './rate/rate';
import type { DownsampleSpec, GroupSpec } from './specification';

/** Points prepared between two looks at the clock. */
const PREPARE_WORK = 100_000;
/** What a series costs beside its points. */
const SERIES_WORK = 10;

const anyRoom: Room = () => {};

/** As OutputBuilder's constructor. */
export type OutputMaker = (capacity: number, timestamps?: Float64Array) => OutputBuilder;
const newOutput: OutputMaker = (capacity, timestamps) => new OutputBuilder(capacity, timestamps);

/**
 * The numbers of one group: every series is downsampled, then turned into rates, then all are merged and aggregated at every time at which one
 * of them has a point, and what lies in the query window is kept. Pure; bit for bit the original's arithmetic, in its order.
 * @param series the group's series in span order, each with the points of the whole scan window and at least one
 * @throws IllegalArgumentError, IllegalStateError in the original's words
 */
export function evaluateGroup(series: readonly Series[], spec: GroupSpec): Series {
  const steps = evaluateGroupSteps(series, spec);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/**
 * `evaluateGroup` in steps of a few milliseconds each, between which the caller may let other work go on.
 * @param room asked before more points are made than there were
 * @param outputOf makes what collects the result: its arrays are those of the series that is returned
 */
export function* evaluateGroupSteps(
  series: readonly Series[],
  spec: GroupSpec,
  room: Room = anyRoom,
  outputOf: OutputMaker = newOutput,
): Generator<void, Series> {
  const { downsample: sampling, rate } = spec;
  if (sampling !== null && sampling.kind === 'interval' && sampling.fill !== 'none')
    return yield* evaluateFilled(series, sampling, spec, room, outputOf);

  const prepared: Series[] = [];
  const sample = sampler(spec);
  let work = 0;
  for (const raw of series) {
    let one = sample(raw);
    if (rate !== null) one = rateOf(one, rate);
    // A series of one rate has only the one against time 0.
    if (one.size > (rate === null ? 0 : 1)) prepared.push(one);
    work += SERIES_WORK + (sampling === null && rate === null ? 0 : raw.size);
    if (work >= PREPARE_WORK) {
      work = 0;
      yield;
    }
  }
  return yield* merge(prepared, spec, outputOf);
}

/** What a series becomes before rates are taken. */
function sampler(spec: GroupSpec): (series: Series) => Series {
  const { downsample: sampling } = spec;
  if (sampling === null) return (series) => since(series, spec.scanStart * 1000);
  if (sampling.kind === 'all') return (series) => downsampleAll(series, sampling, spec);
  const buckets = bucketsOf(sampling);
  const seekMs = firstBucket(buckets, spec);
  return spec.isSampled === true ? (series) => since(series, seekMs) : (series) => downsample(series, sampling, buckets, seekMs);
}

/** Every series has every bucket: columns without any search. */
function* evaluateFilled(
  series: readonly Series[],
  sampling: DownsampleSpec,
  spec: GroupSpec,
  room: Room,
  outputOf: OutputMaker,
): Generator<void, Series> {
  const buckets = bucketsOf(sampling);
  const sample = sampler(spec);
  const { rate } = spec;
  // What is dropped, or fails, before the query window matters as well.
  const whole = (rate !== null && rate.dropResets) || sampling.fill === 'scalar';
  const starts = yield* filledBuckets(buckets, spec, whole, room);
  const sampled: Series[] = [];
  let work = 0;
  for (const raw of series) {
    let one = sample(raw);
    if (whole) room(starts.length);
    if (whole) one = fillSeries(one, starts, sampling.fill);
    if (whole) one = since(rate === null ? one : rateOf(one, rate), spec.scanStart * 1000);
    sampled.push(one);
    work += whole ? starts.length + raw.size : raw.size;
    if (work >= PREPARE_WORK) {
      work = 0;
      yield;
    }
  }
  if (whole)
    return yield* merge(
      sampled.filter(({ size }) => size > (rate === null ? 0 : 1)),
      spec,
      outputOf,
    );
  // A bucket that begins before the scan window is passed over, and the first rate that does not is never shown.
  const first = lowerBound(starts, starts.length, spec.scanStart * 1000) + (rate === null ? 0 : 1);
  const from = Math.max(first, lowerBound(starts, starts.length, spec.startMs));
  const columns = new FilledColumns(sampled, starts, sampling.fill, rate, from);
  return yield* mergeColumns(columns, from, starts.length, spec, outputOf, starts.subarray(from));
}

function* merge(series: readonly Series[], spec: GroupSpec, outputOf: OutputMaker): Generator<void, Series> {
  if (series.length === 0) return outputOf(0).build();
  const endMs = Math.min(spec.endMs, spec.scanEnd * 1000);
  if (shareTimestamps(series)) {
    const [{ timestamps, size }] = series;
    const from = Math.max(lowerBound(timestamps, size, spec.startMs), spec.rate === null ? 0 : 1);
    return yield* mergeColumns(new SharedTimestamps(series), from, lowerBound(timestamps, size, endMs + 1), spec, outputOf);
  }
  const output = outputOf(0);
  const union = new UnionMerge(series, spec.aggregator, spec.rate !== null, spec.startMs, endMs, output);
  while (union.step()) yield;
  return output.build();
}

/** @param times those of the columns, when nobody else uses them */
function* mergeColumns(
  columns: Columns,
  from: number,
  to: number,
  spec: GroupSpec,
  outputOf: OutputMaker,
  times?: Float64Array,
): Generator<void, Series> {
  const output = outputOf(Math.max(0, to - from), times);
  if (from < to) {
    const grid = new GridMerge(columns, spec.aggregator, from, to, output);
    while (grid.step()) yield;
  }
  return output.build();
}
