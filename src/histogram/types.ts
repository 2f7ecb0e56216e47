import type { Plugin } from '../plugins';

/** Values counted by ranges, as a codec reads them. Mirrors Histogram. */
export interface Histogram {
  /** How the codec stores it, without the id in front. */
  encode(): Buffer;
  /** One that can be added to while this one stays what it is. */
  clone(): Histogram;
  /** Adds what another one of the same codec has counted, bucket by bucket. */
  add(other: Histogram): void;
  /** @param percent 0 to 100 */
  percentile(percent: number): number;
  /** Ascending: the underflow first and the overflow last, where there are such. */
  buckets(): readonly Bucket[];
  /** How many values lie in the bucket; 0 where there is none such. */
  count(bucket: Bucket): bigint;
}

/** Bounds are single-precision. */
export interface Bucket {
  readonly kind: 'underflow' | 'regular' | 'overflow';
  readonly lower: number;
  readonly upper: number;
}

/** Reads one kind of histogram. Mirrors HistogramDataPointCodec. */
export interface HistogramCodec extends Plugin {
  /**
   * @param from where the histogram begins in the bytes: behind the id, where that is in front
   * @throws IllegalArgumentError, or any other error, for bytes that are none
   */
  decode(bytes: Buffer, from: number): Histogram;
}
