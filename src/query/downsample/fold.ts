import { lowerBound } from '../series/series';
import type { PointsBuilder } from '../series/points-builder';
import type { Aggregator, DownsampleSpec, GroupSpec } from '../specification';
import { bucketsOf } from './bucketing';
import type { Buckets } from './buckets';

/**
 * Whether points can become values of buckets while they are read, so that they need not be kept: buckets do not depend on where a series
 * begins, and are no longer than a row, so that nearly nothing waits for the rest of its bucket.
 * @param rowSeconds that a row covers
 */
export function foldsWhileReading(downsample: DownsampleSpec | null, rowSeconds: number): boolean {
  return downsample !== null && downsample.kind === 'interval' && !downsample.calendar && downsample.intervalMs <= rowSeconds * 1000;
}

/** Makes points that come row by row into what `downsample` would make of all of them. */
export class BucketFold {
  private readonly aggregator: Aggregator;
  private readonly buckets: Buckets;

  private constructor(sampling: DownsampleSpec) {
    this.aggregator = sampling.aggregator;
    this.buckets = bucketsOf(sampling);
  }

  /** @returns null: points are downsampled when all are there */
  static of({ downsample, isSampled }: GroupSpec): BucketFold | null {
    return downsample === null || isSampled !== true ? null : new BucketFold(downsample);
  }

  /**
   * Moves the points of whole buckets, as one value each.
   * @param endMs all points before it are there
   */
  fold(points: PointsBuilder, into: PointsBuilder, endMs: number): void {
    const { buckets, aggregator } = this;
    const { timestamps, values, size } = points;
    const to = endMs === Infinity ? size : lowerBound(timestamps, size, buckets.start(endMs));
    if (to === 0) return;
    let start = buckets.start(timestamps[0]);
    for (let at = 0; at < to;) {
      const first = at;
      start = buckets.from(start, timestamps[at]);
      const end = buckets.next(start);
      do at++;
      while (at < to && timestamps[at] < end);
      into.push(start, aggregator.runDouble(values, first, at), false);
    }
    if (to === size) points.release();
    else points.keep(to, size);
  }
}
