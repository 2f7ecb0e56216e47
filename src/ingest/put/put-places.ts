import type { PointBuilder } from '../../write';

/** Where a point's texts stand, in its numbers of `index`: offset, end and kind each; kind 0: absent or null. */
export const STRIDE = 13;
export const METRIC = 0;
export const VALUE = 3;
export const TSUID = 6;
/** First tag, tags (-1: absent or null), and what is known of the element as a whole. */
export const FIRST_TAG = 9;
export const TAGS = 10;
export const FORM = 11;
/** The element is null; it has the fields and the names of tags of the last one before it that is not null, in their order. */
export const NULL_FORM = 1;
export const FORM_BEFORE = 2;
/** The hash of a metric that is plain. */
export const METRIC_HASH = 12;
/** In a tag's numbers of `tags`: offset, end and kind of its key, and of its value, and their hashes where they are plain. */
export const TAG_STRIDE = 8;
export const TAG_KEY = 0;
export const TAG_VALUE = 3;
export const KEY_HASH = 6;
export const VALUE_HASH = 7;

/** A point is hardly shorter; the arrays grow when it is. */
const LEAST_BYTES = 64;
const MOST_FIRST_BYTES = 64 * 1024;
/** Larger ones, in numbers, are not kept for the next body, nor more of them. */
const MOST_KEPT_NUMBERS = 128 * 1024;
const MOST_KEPT = 8;

interface Arrays {
  index: Int32Array;
  tags: Int32Array;
  times: Float64Array;
}

/** Kept for the next bodies: memory outside of V8's heap, which a collection has to give back, costs more than reading a body. */
const spare: Arrays[] = [];

/** Where the texts and tags of a body's points stand, and their times: numbers in arrays, none of which is cleared before it is used again. */
export class PutPlaces {
  index: Int32Array;
  tags: Int32Array;
  times: Float64Array;
  /** Points. */
  size = 0;
  tagCount = 0;

  /** @param bytes of the body */
  constructor(bytes: number) {
    const points = 1 + Math.ceil(Math.min(bytes, MOST_FIRST_BYTES) / LEAST_BYTES);
    const { index, tags, times } = spare.pop() ?? {
      index: new Int32Array(points * STRIDE),
      tags: new Int32Array(points * 2 * TAG_STRIDE),
      times: new Float64Array(points),
    };
    this.index = index;
    this.tags = tags;
    this.times = times;
  }

  /** Nobody looks at the points any more. */
  release(): void {
    const { index, tags, times } = this;
    this.size = 0;
    if (index.length + tags.length <= MOST_KEPT_NUMBERS && spare.length < MOST_KEPT) spare.push({ index, tags, times });
  }

  /** Makes the next point one without texts, tags and time. @returns where its numbers begin in `index` */
  clearNext(): number {
    const at = this.size * STRIDE;
    if (at + STRIDE > this.index.length) {
      this.index = twice(this.index, new Int32Array(2 * this.index.length));
      this.times = twice(this.times, new Float64Array(2 * this.times.length));
    }
    this.index.fill(0, at, at + STRIDE);
    this.index[at + FIRST_TAG] = this.tagCount;
    this.index[at + TAGS] = -1;
    this.times[this.size] = 0;
    return at;
  }

  /** @returns where the numbers of the next tag begin in `tags`, with whatever is in them */
  nextTag(): number {
    const at = this.tagCount * TAG_STRIDE;
    if (at + TAG_STRIDE > this.tags.length) this.tags = twice(this.tags, new Int32Array(2 * this.tags.length));
    return at;
  }

  /** A number of a point's. */
  place(point: number, place: number): number {
    return this.index[point * STRIDE + place];
  }

  timeOf(point: number): number {
    return this.times[point];
  }

  /** -1: the point has no tags. */
  tagsOf(point: number): number {
    return this.index[point * STRIDE + TAGS];
  }

  /** A number of a tag's. */
  tagPlace(point: number, tag: number, place: number): number {
    return this.tags[(this.index[point * STRIDE + FIRST_TAG] + tag) * TAG_STRIDE + place];
  }

  /** Whether a point's tags have the names of those of the point before, nulls aside, in the same order; all texts of both are plain then. */
  isLikeBefore(point: number): boolean {
    return this.index[point * STRIDE + FORM] === FORM_BEFORE;
  }

  /** Tells a builder which values the tags of some points have. */
  expectValues(builder: PointBuilder, from: number, to: number): void {
    const first = this.index[from * STRIDE + FIRST_TAG];
    const end = to === this.size ? this.tagCount : this.index[to * STRIDE + FIRST_TAG];
    builder.expectValues(this.tags, first * TAG_STRIDE + VALUE_HASH, end * TAG_STRIDE, TAG_STRIDE);
  }
}

function twice<A extends Int32Array | Float64Array>(array: A, grown: A): A {
  grown.set(array);
  return grown;
}
