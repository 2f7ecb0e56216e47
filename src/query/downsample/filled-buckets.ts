import { IllegalArgumentError, IllegalStateError } from '../../util/errors';
import { doubleSeries, type Series } from '../series/series';
import type { FillPolicy, GroupSpec } from '../specification';
import type { Buckets } from './buckets';

/** Most buckets that one query may fill: 256 MiB of times and values. */
const MAX_BUCKETS = 2 ** 24;

/**
 * Starts of the buckets that a fill policy produces for every series: from the bucket of the scan window's start up to, not including, the one
 * of its end; one when they are the same. Mirrors FillingDownsampler.
 * @param whole all of them; else only those up to the query window's end, from the one before its start
 * @throws IllegalArgumentError when there are too many
 */
export function filledBuckets(buckets: Buckets, spec: GroupSpec, whole: boolean): Float64Array {
  const first = buckets.start(spec.scanStart * 1000);
  const last = buckets.start(spec.scanEnd * 1000);
  const end = last === first ? buckets.next(first) : last;
  const to = whole ? end : Math.min(end, spec.endMs + 1);
  const starts: number[] = [];
  for (
    let start = whole || spec.startMs <= first ? first : buckets.from(first, spec.startMs - 1);
    start < to;
    start = buckets.next(start)
  ) {
    if (starts.length === MAX_BUCKETS) {
      throw new IllegalArgumentError(`The query would fill more than ${MAX_BUCKETS} buckets. Please use a longer downsampling interval`);
    }
    starts.push(start);
  }
  return Float64Array.from(starts);
}

/** What a bucket without points holds. @throws IllegalStateError for `scalar`, which the original does not fill */
export function fillValue(policy: FillPolicy): number {
  if (policy === 'zero') return 0;
  if (policy === 'scalar') throw new IllegalStateError('unhandled fill policy');
  return NaN;
}

/** A downsampled series with one value for each of `starts`; what lies between them is left out. */
export function fillSeries(series: Series, starts: Float64Array, policy: FillPolicy): Series {
  const { timestamps, values, size } = series;
  const filled = new Float64Array(starts.length);
  let at = 0;
  for (let i = 0; i < starts.length; i++) {
    while (at < size && timestamps[at] < starts[i]) at++;
    filled[i] = at < size && timestamps[at] === starts[i] ? values[at] : fillValue(policy);
  }
  return doubleSeries(starts, filled, starts.length);
}
