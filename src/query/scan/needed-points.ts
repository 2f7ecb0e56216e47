import { type PointsBuilder } from '../series';
import type { Buckets } from '../downsample/buckets';
import { bucketsOf } from '../downsample/bucketing';
import { lowerBound } from '../series/series';
import type { GroupSpec } from '../specification';

/** Where a series has points. */
export interface TimeIndex {
  /** The last time before one; null: none. */
  before(ms: number): number | null;
  /** The first time at or after one; null: none. */
  from(ms: number): number | null;
}

/**
 * Which of a series' points the numbers of a query depend on. Rows hold whole hours: a query of the last minute would keep
 * sixty times of what it needs, for as many series as match. Beside the points of the query window, whole buckets when it is
 * downsampled, those are needed that it is interpolated with: the last one before it and the first one after it, or two
 * for rates, which also take the first point of a series for another kind than the others.
 */
export class NeededPoints {
  private constructor(
    /** Milliseconds, inclusive. */
    private readonly from: number,
    /** Milliseconds, exclusive. */
    private readonly to: number,
    /** Null: every point for itself. */
    private readonly buckets: Buckets | null,
    /** Points or buckets beside the window on either side. */
    private readonly beside: number,
  ) {}

  /** @returns null when they may depend on any point: what is dropped or fails anywhere is seen in the window, too */
  static of({ startMs, endMs, downsample, rate }: GroupSpec): NeededPoints | null {
    if (rate !== null && rate.dropResets) return null;
    const beside = rate === null ? 1 : 2;
    if (downsample === null || downsample.kind === 'all') return new NeededPoints(startMs, endMs + 1, null, beside);
    // Calendar buckets are counted from the first point.
    if (downsample.calendar || downsample.fill === 'scalar') return null;
    const buckets = bucketsOf(downsample);
    return new NeededPoints(buckets.start(startMs), buckets.next(buckets.start(endMs)), buckets, beside);
  }

  /** Whether all points of a row are needed. @param baseTime seconds @param end base time of the row after it */
  coverRow(baseTime: number, end: number): boolean {
    return baseTime * 1000 >= this.from && end * 1000 <= this.to;
  }

  /** Leaves out what is not needed of the points of a series so far. One of them always stays: there is a series. */
  trim(points: PointsBuilder): void {
    const { size, timestamps } = points;
    if (size === 0) return;
    let from = lowerBound(timestamps, size, this.from);
    let to = lowerBound(timestamps, size, this.to);
    for (let i = 0; i < this.beside && from > 0; i++) from = this.startOfUnit(points, from - 1);
    for (let i = 0; i < this.beside && to < size; i++) to = this.endOfUnit(points, to);
    if (from > 0 || to < size) points.keep(from, to);
  }

  /** What of a series is needed. @returns milliseconds, from inclusive, to exclusive */
  extent(points: TimeIndex): { from: number; to: number } {
    const { buckets } = this;
    let { from, to } = this;
    for (let i = 0; i < this.beside; i++) {
      const time = points.before(from);
      if (time !== null) from = buckets === null ? time : buckets.start(time);
    }
    for (let i = 0; i < this.beside; i++) {
      const time = points.from(to);
      if (time !== null) to = buckets === null ? time + 1 : buckets.next(buckets.start(time));
    }
    return { from, to };
  }

  private startOfUnit({ timestamps, size }: PointsBuilder, at: number): number {
    return this.buckets === null ? at : lowerBound(timestamps, size, this.buckets.start(timestamps[at]));
  }

  private endOfUnit({ timestamps, size }: PointsBuilder, at: number): number {
    return this.buckets === null ? at + 1 : lowerBound(timestamps, size, this.buckets.next(this.buckets.start(timestamps[at])));
  }
}
