import { prettyBytes } from '../schema';
import { IllegalArgumentError } from '../util/errors';
import { firstThat } from '../util/first-that';
import type { Bucket, Histogram, HistogramCodec } from './types';
import { readVarint, writeVarint, type Cursor } from './varint';

/** Bytes of the shortest histogram that the original reads. */
const LEAST_BYTES = 6;
const MAX_BUCKETS = 0x7fff;
const BOUNDS_BYTES = 8;
const UNDERFLOW: Bucket = { kind: 'underflow', lower: NaN, upper: NaN };
const OVERFLOW: Bucket = { kind: 'overflow', lower: NaN, upper: NaN };

interface CountedBucket extends Bucket {
  count: bigint;
}

/** How many values lie up to the end of each regular bucket. */
interface Sums {
  readonly upTo: Float64Array;
  /** They are not where counts are negative, or a sum has wrapped. */
  readonly ascend: boolean;
}

/**
 * Counts by ranges of values, and of what lies below and above all of them. Stored as
 * `i16 buckets | { f32 lower | f32 upper | varint count }* | varint underflow | varint overflow`. Mirrors SimpleHistogram.
 */
export class SimpleHistogram implements Histogram {
  /** By lower, then by upper bound. */
  private regular: CountedBucket[] = [];
  /** null: not added up since the counts have changed. */
  private sums: Sums | null = null;
  underflow = 0n;
  overflow = 0n;

  /**
   * @param bytes what is behind the last count is not looked at
   * @param from where it begins: behind the id, where that is in front
   * @throws IllegalArgumentError for too few bytes, RangeError for bytes that are cut off
   */
  static decode(bytes: Buffer, from: number): SimpleHistogram {
    if (bytes.length < LEAST_BYTES)
      throw new IllegalArgumentError(`Byte array shorter than ${LEAST_BYTES} bytes detected: ${prettyBytes(bytes)}`);
    const histogram = new SimpleHistogram();
    const read: CountedBucket[] = [];
    const cursor: Cursor = { bytes, at: from + 2 };
    for (let left = bytes.readInt16BE(from); left > 0; left--) {
      if (cursor.at + BOUNDS_BYTES > bytes.length) throw new RangeError('Buffer underflow.');
      const lower = bytes.readFloatBE(cursor.at);
      const upper = bytes.readFloatBE(cursor.at + 4);
      cursor.at += BOUNDS_BYTES;
      read.push({ kind: 'regular', lower, upper, count: readVarint(cursor) });
    }
    histogram.regular = inOrder(read);
    histogram.underflow = readVarint(cursor);
    histogram.overflow = readVarint(cursor);
    return histogram;
  }

  /** How many values lie in a bucket: what was said of it before counts no more. */
  set(lower: number, upper: number, count: bigint): void {
    const { regular } = this;
    const at = this.find(lower, upper);
    this.sums = null;
    if (at < regular.length && compare(regular[at], lower, upper) === 0) regular[at].count = count;
    else regular.splice(at, 0, { kind: 'regular', lower, upper, count });
  }

  /** Index of the first bucket that is not before these bounds. @param low where those begin that may be */
  private find(lower: number, upper: number, low = 0): number {
    return firstThat(low, this.regular.length, (i) => !(compare(this.regular[i], lower, upper) < 0));
  }

  /** @throws IllegalArgumentError for more buckets than their number has room for */
  encode(): Buffer {
    const { regular } = this;
    if (regular.length > MAX_BUCKETS) throw new IllegalArgumentError(`Too many histogram buckets: ${regular.length}`);
    const parts: Buffer[] = [Buffer.alloc(2)];
    parts[0].writeInt16BE(regular.length);
    for (const { lower, upper, count } of regular) {
      const bounds = Buffer.alloc(BOUNDS_BYTES);
      bounds.writeFloatBE(lower, 0);
      bounds.writeFloatBE(upper, 4);
      parts.push(bounds, writeVarint(count));
    }
    return Buffer.concat([...parts, writeVarint(this.underflow), writeVarint(this.overflow)]);
  }

  clone(): SimpleHistogram {
    const copy = new SimpleHistogram();
    for (const bucket of this.regular) copy.regular.push({ ...bucket });
    copy.underflow = this.underflow;
    copy.overflow = this.overflow;
    return copy;
  }

  /** Counts wrap at 64 bits. @throws IllegalArgumentError when the other one is of another codec */
  add(other: Histogram): void {
    if (!(other instanceof SimpleHistogram)) throw new IllegalArgumentError('Histograms of different codecs can not be merged');
    const { regular } = this;
    const more: CountedBucket[] = [];
    let at = 0;
    for (const { kind, lower, upper, count } of other.regular) {
      // Both are in order, and most have the same buckets.
      if (at >= regular.length || compare(regular[at], lower, upper) !== 0) at = this.find(lower, upper, at);
      if (at < regular.length && compare(regular[at], lower, upper) === 0) {
        const bucket = regular[at++];
        bucket.count = long(bucket.count + count);
      } else more.push({ kind, lower, upper, count });
    }
    if (more.length > 0) this.regular = inOrder([...regular, ...more]);
    this.sums = null;
    this.underflow = long(this.underflow + other.underflow);
    this.overflow = long(this.overflow + other.overflow);
  }

  /** The middle of the first bucket up to which so many of the values lie, below and above all buckets not counted; -1 outside of 1 to 100. */
  percentile(percent: number): number {
    if (percent < 1 || percent > 100) return -1;
    const { regular } = this;
    const { upTo, ascend } = (this.sums ??= addUp(regular));
    const total = upTo[regular.length - 1];
    // With sums that ascend all before this one are too small; NaN, of nothing at all, is not.
    const from = ascend ? firstThat(0, regular.length, (i) => !(partOf(upTo[i], total) < percent)) : 0;
    for (let i = from; i < regular.length; i++) {
      const { lower, upper } = regular[i];
      if (partOf(upTo[i], total) >= percent) return Math.fround(Math.fround(lower + upper) / 2);
    }
    return 0;
  }

  buckets(): Bucket[] {
    return [UNDERFLOW, ...this.regular, OVERFLOW];
  }

  count({ kind, lower, upper }: Bucket): bigint {
    if (kind === 'underflow') return this.underflow;
    if (kind === 'overflow') return this.overflow;
    const found = this.regular[this.find(lower, upper)];
    return found !== undefined && compare(found, lower, upper) === 0 ? found.count : 0n;
  }
}

/** Buckets in their order; of those with equal bounds the count of the last one stays, as if they were set one after the other. */
function inOrder(buckets: CountedBucket[]): CountedBucket[] {
  const isSorted = buckets.every((bucket, i) => i === 0 || compare(buckets[i - 1], bucket.lower, bucket.upper) < 0);
  if (isSorted) return buckets;
  buckets.sort((a, b) => compare(a, b.lower, b.upper));
  return buckets.filter((bucket, i) => i === buckets.length - 1 || compare(bucket, buckets[i + 1].lower, buckets[i + 1].upper) !== 0);
}

const partOf = (sum: number, total: number): number => (sum * 100) / total;

function addUp(buckets: readonly CountedBucket[]): Sums {
  let sum = 0n;
  const upTo = Float64Array.from(buckets, ({ count }) => Number((sum = long(sum + count))));
  return { upTo, ascend: upTo.every((sum, i) => sum >= (i === 0 ? 0 : upTo[i - 1])) };
}

const long = (value: bigint): bigint => BigInt.asIntN(64, value);

function compare(bucket: Bucket, lower: number, upper: number): number {
  return compareFloats(bucket.lower, lower) || compareFloats(bucket.upper, upper);
}

/** As Java orders them: -0 before 0, NaN behind all others. */
function compareFloats(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  if (Object.is(a, b)) return 0;
  if (a === 0 && b === 0) return Object.is(a, -0) ? -1 : 1;
  return Number.isNaN(a) ? 1 : -1;
}

/** Mirrors SimpleHistogramDecoder. */
export class SimpleHistogramCodec implements HistogramCodec {
  decode(bytes: Buffer, from: number): SimpleHistogram {
    return SimpleHistogram.decode(bytes, from);
  }
}
