import { prettyBytes } from '../schema';
import { IllegalArgumentError } from '../util/errors';
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

/**
 * Counts by ranges of values, and of what lies below and above all of them. Stored as
 * `i16 buckets | { f32 lower | f32 upper | varint count }* | varint underflow | varint overflow`. Mirrors SimpleHistogram.
 */
export class SimpleHistogram implements Histogram {
  /** By lower, then by upper bound. */
  private readonly regular: CountedBucket[] = [];
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
    const cursor: Cursor = { bytes, at: from + 2 };
    for (let left = bytes.readInt16BE(from); left > 0; left--) {
      if (cursor.at + BOUNDS_BYTES > bytes.length) throw new RangeError('Buffer underflow.');
      const lower = bytes.readFloatBE(cursor.at);
      const upper = bytes.readFloatBE(cursor.at + 4);
      cursor.at += BOUNDS_BYTES;
      histogram.set(lower, upper, readVarint(cursor));
    }
    histogram.underflow = readVarint(cursor);
    histogram.overflow = readVarint(cursor);
    return histogram;
  }

  /** How many values lie in a bucket: what was said of it before counts no more. */
  set(lower: number, upper: number, count: bigint): void {
    this.bucket(lower, upper).count = count;
  }

  /** The bucket of these bounds, a new one if need be. */
  private bucket(lower: number, upper: number): CountedBucket {
    const { regular } = this;
    const at = this.find(lower, upper);
    if (at < regular.length && compare(regular[at], lower, upper) === 0) return regular[at];
    const bucket: CountedBucket = { kind: 'regular', lower, upper, count: 0n };
    regular.splice(at, 0, bucket);
    return bucket;
  }

  /** Index of the first bucket that is not before these bounds. */
  private find(lower: number, upper: number): number {
    let low = 0;
    let high = this.regular.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compare(this.regular[middle], lower, upper) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
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
    for (const { lower, upper, count } of other.regular) {
      const bucket = this.bucket(lower, upper);
      bucket.count = long(bucket.count + count);
    }
    this.underflow = long(this.underflow + other.underflow);
    this.overflow = long(this.overflow + other.overflow);
  }

  /** The middle of the first bucket up to which so many of the values lie, below and above all buckets not counted; -1 outside of 1 to 100. */
  percentile(percent: number): number {
    if (percent < 1 || percent > 100) return -1;
    let total = 0n;
    for (const { count } of this.regular) total = long(total + count);
    let sum = 0n;
    for (const { lower, upper, count } of this.regular) {
      sum = long(sum + count);
      if ((Number(sum) * 100) / Number(total) >= percent) return Math.fround(Math.fround(lower + upper) / 2);
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
