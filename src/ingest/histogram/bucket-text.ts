import { SimpleHistogram } from '../../histogram';
import { IllegalArgumentError } from '../../util/errors';
import { parseJavaFloat } from '../../util/java-number-text';
import { parseLong } from '../../util/java-long';

/** `lower,upper` @throws IllegalArgumentError, NumberFormatError */
function boundsOf(text: string): [number, number] {
  const bounds = text.split(',');
  if (bounds.length !== 2) throw new IllegalArgumentError(`Unable to parse bucket bounds: ${text}`);
  return [parseJavaFloat(bounds[0]), parseJavaFloat(bounds[1])];
}

/** What the body of a request says of a histogram's buckets. */
export interface SentBuckets {
  /** By their bounds, `lower,upper`; null: none was counted. */
  readonly buckets: ReadonlyMap<string, bigint | null>;
  readonly underflow: bigint;
  readonly overflow: bigint;
}

/** Mirrors HistogramPojo.toSimpleHistogram. @throws IllegalArgumentError, NumberFormatError */
export function histogramOf({ buckets, underflow, overflow }: SentBuckets): SimpleHistogram {
  const histogram = new SimpleHistogram();
  for (const [bounds, count] of buckets) histogram.set(...boundsOf(bounds), count ?? 0n);
  histogram.underflow = underflow;
  histogram.overflow = overflow;
  return histogram;
}

/** Bounds that a line must not have, and a body may. */
const NO_NUMBER = /NaN|Infinity/;

/** `lower,upper=count:...:u=count:o=count`, as a line has it. @throws IllegalArgumentError, NumberFormatError */
export function parseBuckets(text: string): SimpleHistogram {
  const histogram = new SimpleHistogram();
  for (const item of text.split(':')) {
    const parts = item.split('=');
    if (parts.length !== 2) throw new IllegalArgumentError(`Unable to parse bucket: ${item}`);
    const [key, count] = [parts[0], parseLong(parts[1])];
    if (key.toLowerCase() === 'u') histogram.underflow = count;
    else if (key.toLowerCase() === 'o') histogram.overflow = count;
    else if (NO_NUMBER.test(key)) throw new IllegalArgumentError(`Unable to parse bucket bounds: ${key}`);
    else histogram.set(...boundsOf(key), count);
  }
  return histogram;
}
