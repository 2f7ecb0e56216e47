import type { Histogram } from '../../histogram';
import { sortInSlices } from '../../util/sort-in-slices';
import type { TimeSlice } from '../../util/time-slice';
import type { BucketFold } from '../downsample/fold';
import { PackedPoints, PointsBuilder, type PackArena } from '../series';
import { TIMESTAMP_BYTES, type Annotation, type KeyLayout } from '../../schema';

/** A histogram and its time. */
export interface HistogramPoint {
  /** Milliseconds. */
  readonly time: number;
  readonly histogram: Histogram;
}

/** What a series has while its points become values of buckets. */
interface Folding {
  /** Points whose bucket is not whole yet. */
  readonly points: PointsBuilder;
  /** Of the points that became values of buckets, milliseconds. */
  first: number;
  last: number;
}

/** Everything that was read of one series. A query may hold hundreds of thousands: what few need is in objects of its own. Mirrors Span. */
export class Span {
  /** Those that came last, or all. Values of buckets, if points become that while they are read. */
  readonly points: PointsBuilder;
  /** Null: points are kept as they are. */
  private folding: Folding | null = null;
  /** Those before them, in a large query; null: none. */
  packed: PackedPoints | null = null;
  /** Cells that the query is after were read, though no point may have come of them. */
  matched = false;
  /** In the order of reading; null: none. */
  annotations: Annotation[] | null = null;
  /** In the order of reading: by row, but not inside of one. Null: none. */
  histograms: HistogramPoint[] | null = null;

  /**
   * @param identity salt, metric and tag pairs as they stand in the row key: what spans are sorted by
   * @param metricAt where the metric starts in it
   * @param tagsAt where the tag pairs start in it
   * @param capacity points to have room for
   */
  constructor(
    readonly identity: Buffer,
    private readonly metricAt: number,
    private readonly tagsAt: number,
    capacity: number,
  ) {
    this.points = new PointsBuilder(capacity);
  }

  /** A view, made anew each time: of a million series nobody needs two each for long. */
  get metric(): Buffer {
    return this.identity.subarray(this.metricAt, this.tagsAt);
  }

  /** Tag pairs; a view as `metric`. */
  get tagPart(): Buffer {
    return this.identity.subarray(this.tagsAt);
  }

  /** Number of points, or of buckets and points. */
  get size(): number {
    return (this.packed?.size ?? 0) + this.points.size + (this.folding?.points.size ?? 0);
  }

  /** Points that its arrays have room for. */
  get room(): number {
    return this.points.room + (this.folding?.points.room ?? 0);
  }

  /** Time of the first point; there must be one. */
  get first(): number {
    if (this.folding !== null && this.folding.first !== Infinity) return this.folding.first;
    return this.packed?.first ?? this.points.timestamps[0];
  }

  /** Time of the last point; there must be one. */
  get last(): number {
    if (this.folding !== null && this.folding.last !== -Infinity) return this.folding.last;
    const { points, packed } = this;
    return points.size === 0 && packed !== null ? packed.last : points.timestamps[points.size - 1];
  }

  /** Where points are to be added. @param fold what they become; null: nothing else */
  sink(fold: BucketFold | null): PointsBuilder {
    if (fold === null) return this.points;
    return (this.folding ??= { points: new PointsBuilder(0), first: Infinity, last: -Infinity }).points;
  }

  /** Makes values of the buckets that are whole. @param endMs all points before it are there */
  fold(fold: BucketFold, endMs: number): void {
    const { folding } = this;
    if (folding === null || folding.points.size === 0) return;
    const { timestamps, size } = folding.points;
    if (folding.first === Infinity) folding.first = timestamps[0];
    folding.last = timestamps[size - 1];
    fold.fold(folding.points, this.points, endMs);
  }

  /** Packs the points that are not, so that their arrays serve others. @returns bytes that they take now */
  pack(arena: PackArena): number {
    const bytes = (this.packed ??= new PackedPoints(arena)).append(this.points);
    this.points.release();
    return bytes;
  }

  static ofKey(key: Buffer, { salt, metric }: KeyLayout, capacity: number): Span {
    const prefix = salt + metric;
    const identity = Buffer.concat([key.subarray(0, prefix), key.subarray(prefix + TIMESTAMP_BYTES)]);
    return new Span(identity, salt, prefix, capacity);
  }

  /** TSUID, upper-case hexadecimal. */
  get tsuid(): string {
    return this.identity.toString('hex', this.metricAt).toUpperCase();
  }
}

/**
 * Spans in the order of their salt, metric and tag bytes: the order of UID assignment. Others have their turn meanwhile. Mirrors
 * TsdbQuery.SpanCmp.
 */
export function sortSpans(spans: Span[], slice: TimeSlice): Promise<Span[]> {
  return sortInSlices(spans, (a, b) => a.identity.compare(b.identity), slice);
}
