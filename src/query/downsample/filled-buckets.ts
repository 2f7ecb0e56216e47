import { IllegalArgumentError, IllegalStateError } from '../../util/errors';
import { doubleSeries, type Series } from '../series/series';
import type { FillPolicy, GroupSpec } from '../specification';
import type { Buckets } from './buckets';

/** Called before memory for that many more points is taken. @throws when there is no room for them */
export type Room = (points: number) => void;

/** Most buckets that one query may fill: 256 MiB of times and values. */
const MAX_BUCKETS = 2 ** 24;
/** Buckets counted between two checks of the clock. */
const STEP = 65_536;

/**
 * Starts of the buckets that a fill policy produces for every series: from the bucket of the scan window's start up to, not including, the one
 * of its end; one when they are the same. Mirrors FillingDownsampler.
 * @param whole all of them; else only those up to the query window's end, from the one before its start
 * @param room called before memory for that many points is taken
 * @returns in steps of a few milliseconds each
 * @throws IllegalArgumentError when there are too many; what `room` throws
 */
export function* filledBuckets(buckets: Buckets, spec: GroupSpec, whole: boolean, room: Room): Generator<void, Float64Array> {
  const first = buckets.start(spec.scanStart * 1000);
  const last = buckets.start(spec.scanEnd * 1000);
  const end = last === first ? buckets.next(first) : last;
  const to = whole ? end : Math.min(end, spec.endMs + 1);
  const begin = whole || spec.startMs <= first ? first : buckets.from(first, spec.startMs - 1);
  const count = yield* countBuckets(buckets, begin, to);
  room(count);
  const starts = new Float64Array(count);
  for (let i = 0, start = begin; i < count; i++, start = buckets.next(start)) {
    if (i % STEP === STEP - 1) yield;
    starts[i] = start;
  }
  return starts;
}

/** How many buckets begin in [begin, to). */
function* countBuckets(buckets: Buckets, begin: number, to: number): Generator<void, number> {
  let count = 0;
  for (let start = begin; start < to; start = buckets.next(start), count++) {
    if (count === MAX_BUCKETS) {
      throw new IllegalArgumentError(`The query would fill more than ${MAX_BUCKETS} buckets. Please use a longer downsampling interval`);
    }
    if (count % STEP === STEP - 1) yield;
  }
  return count;
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
