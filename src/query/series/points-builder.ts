import { pointArrays } from './point-arrays';
import { integerAt, isIntegerAt, type Series } from './series';

const FIRST_CAPACITY = 64;
/** Room for fewer points is not worth giving back. */
const MUCH_ROOM = 256;
const NO_POINTS = new Float64Array(0);

/**
 * Growing typed arrays that the rows of one series are decoded into, one after the other. Kinds of values and exact integers
 * get arrays only when a series needs them: floats and integers mixed, or an integer outside the safe ones.
 * The arrays have more room than points; `size` says how many are there, and what is behind them means nothing.
 */
export class PointsBuilder implements Series {
  size = 0;
  timestamps: Float64Array;
  values: Float64Array;
  isInteger: Uint8Array | null = null;
  integers: BigInt64Array | null = null;
  allIntegers = true;
  /** Of `timestamps` and `values`; 0: they were given back. */
  private capacity: number;

  /** @param capacity points to have room for */
  constructor(capacity = FIRST_CAPACITY) {
    const { timestamps, values } = pointArrays.take(capacity);
    this.timestamps = timestamps;
    this.values = values;
    this.capacity = values.length;
  }

  /**
   * Lets go of all points, so that other series can use their arrays. Nobody may hold these, or views of them. For a builder
   * that nobody releases there is the garbage collector.
   */
  release(): void {
    this.giveBack();
    this.timestamps = this.values = NO_POINTS;
    this.isInteger = this.integers = null;
    this.size = this.capacity = 0;
  }

  /** Adds a point whose value a double holds exactly. @param timestamp milliseconds */
  push(timestamp: number, value: number, integer: boolean): void {
    const i = this.size;
    if (i === this.capacity) this.grow(i + 1);
    this.timestamps[i] = timestamp;
    this.values[i] = value;
    if (integer !== this.allIntegers || this.isInteger !== null) this.setKind(i, integer);
    if (this.integers !== null) this.integers[i] = integer ? BigInt(value) : 0n;
    this.size = i + 1;
  }

  /** Adds an integer outside the safe ones. */
  pushExact(timestamp: number, value: bigint): void {
    const i = this.size;
    this.push(timestamp, 0, true);
    this.values[i] = Number(value);
    if (this.integers === null) this.integers = this.exactSoFar(i);
    this.integers[i] = value;
  }

  /** True: all points so far (at least one) are integers; false: all are floats; null: mixed, or none. */
  get kind(): boolean | null {
    return this.size > 0 && this.isInteger === null && this.integers === null ? this.allIntegers : null;
  }

  /** Points that the arrays have room for. */
  get room(): number {
    return this.capacity;
  }

  /** Takes back everything from the point at `size` on. */
  truncate(size: number): void {
    this.size = size;
  }

  /** Leaves only the points from `from` up to, not including, `to`, and no more room than they need if that is much less. */
  keep(from: number, to: number): void {
    const { timestamps, values, isInteger, integers } = this;
    const size = to - from;
    if (this.capacity >= MUCH_ROOM && size * 4 <= this.capacity) {
      this.move(size, from, to);
    } else {
      timestamps.copyWithin(0, from, to);
      values.copyWithin(0, from, to);
      isInteger?.copyWithin(0, from, to);
      integers?.copyWithin(0, from, to);
    }
    this.size = size;
  }

  /**
   * Counts points in whose times and values stand behind the others already.
   * @param count there is room for them
   * @param isInteger 1 where one is an integer; null: `allIntegers` says it for all
   * @param integers exact ones; null: all are safe
   */
  adopt(count: number, isInteger: Uint8Array | null, allIntegers: boolean, integers: BigInt64Array | null): void {
    const start = this.size;
    const sameKind = isInteger === null && this.isInteger === null && (start === 0 || allIntegers === this.allIntegers);
    if (sameKind && integers === null && this.integers === null) {
      this.allIntegers = allIntegers;
      this.size += count;
      return;
    }
    const { timestamps, values } = this;
    for (let i = 0; i < count; i++) {
      const integer = isInteger === null ? allIntegers : isInteger[i] === 1;
      if (integer && integers !== null) this.pushExact(timestamps[start + i], integers[i]);
      else this.push(timestamps[start + i], values[start + i], integer);
    }
  }

  /** Makes room for so many more points, so that adding them does not copy. */
  reserve(count: number): void {
    if (this.size + count > this.capacity) this.grow(this.size + count);
  }

  private setKind(i: number, integer: boolean): void {
    if (i === 0) {
      this.isInteger = null;
      this.allIntegers = integer;
      return;
    }
    if (this.isInteger === null) {
      this.isInteger = new Uint8Array(this.capacity);
      if (this.allIntegers) this.isInteger.fill(1, 0, i);
      this.allIntegers = false;
    }
    this.isInteger[i] = integer ? 1 : 0;
  }

  private exactSoFar(end: number): BigInt64Array {
    const exact = new BigInt64Array(this.capacity);
    for (let i = 0; i < end; i++)
      if (this.isInteger === null ? this.allIntegers : this.isInteger[i] === 1) exact[i] = BigInt(this.values[i]);
    return exact;
  }

  /** What the pool handed out is not kept: a million series would have an object more each. */
  private giveBack(): void {
    if (this.capacity > 0) pointArrays.give({ timestamps: this.timestamps, values: this.values });
  }

  private grow(points: number): void {
    this.move(points, 0, this.size);
  }

  /** Goes on in other arrays, with the points from `from` to `to`. @param room points to have room for */
  private move(room: number, from: number, to: number): void {
    const { isInteger, integers } = this;
    const arrays = pointArrays.take(room);
    const capacity = arrays.values.length;
    arrays.timestamps.set(this.timestamps.subarray(from, to));
    arrays.values.set(this.values.subarray(from, to));
    this.giveBack();
    this.capacity = capacity;
    this.timestamps = arrays.timestamps;
    this.values = arrays.values;
    if (isInteger !== null) (this.isInteger = new Uint8Array(capacity)).set(isInteger.subarray(from, to));
    if (integers !== null) (this.integers = new BigInt64Array(capacity)).set(integers.subarray(from, to));
  }
}

/** The points of one series after the other. */
export function joinSeries(parts: readonly Series[]): Series {
  if (parts.length === 1) return parts[0];
  const all = new PointsBuilder(parts.reduce((size, part) => size + part.size, 0));
  for (const part of parts) {
    for (let i = 0; i < part.size; i++) {
      const integer = isIntegerAt(part, i);
      if (integer && !Number.isSafeInteger(part.values[i])) all.pushExact(part.timestamps[i], integerAt(part, i));
      else all.push(part.timestamps[i], part.values[i], integer);
    }
  }
  return all;
}
