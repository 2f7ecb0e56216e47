import { IllegalStateError } from '../../util/errors';
import type { PointArrayPool, PointArrays } from '../series/point-arrays';
import type { Series } from '../series/series';

const NOTHING = new Float64Array(0);

/** Collects the points of one output object. */
export class OutputBuilder {
  private size = 0;
  private timestamps: Float64Array;
  private values: Float64Array;
  /** Only once there are integers and doubles. */
  private isInteger: Uint8Array | null = null;
  private allIntegers = false;
  private integers: BigInt64Array | null = null;
  /** Where times and values are from. */
  private pooled: PointArrays | null = null;

  /**
   * @param capacity points to have room for
   * @param timestamps of all points, which will come in just this order; absent: they come with the points
   * @param pool where arrays are taken from, until `release`; null: they are the caller's to keep
   */
  constructor(
    capacity: number,
    timestamps?: Float64Array,
    private readonly pool: PointArrayPool | null = null,
  ) {
    if (pool !== null) {
      this.pooled = pool.take(capacity);
      this.timestamps = this.pooled.timestamps;
      this.values = this.pooled.values;
      return;
    }
    this.timestamps =
      timestamps !== undefined && timestamps.length === capacity && capacity > 0 ? timestamps : new Float64Array(capacity || 16);
    this.values = new Float64Array(this.timestamps.length);
  }

  /** Returns the arrays to where they are from: nobody may hold what was built of them. */
  release(): void {
    if (this.pooled !== null) this.pool?.give(this.pooled);
    this.pooled = null;
    this.size = 0;
    this.timestamps = this.values = NOTHING;
  }

  /** @throws IllegalStateError when the value is infinite, as AggregationIterator does */
  addDouble(timestamp: number, value: number): void {
    if (value === Infinity || value === -Infinity) throw new IllegalStateError(`Got Infinity: ${value} in this SpanGroup.Iterator`);
    this.add(timestamp, value, false);
  }

  /** @param value a safe integer */
  addInteger(timestamp: number, value: number): void {
    this.add(timestamp, value + 0, true);
    if (this.integers !== null) this.integers[this.size - 1] = BigInt(value);
  }

  addBigInt(timestamp: number, value: bigint): void {
    const double = Number(value);
    this.add(timestamp, double, true);
    if (this.integers === null) {
      if (Number.isSafeInteger(double)) return;
      this.integers = new BigInt64Array(this.timestamps.length);
      for (let i = 0; i < this.size - 1; i++) {
        if (this.isInteger === null ? this.allIntegers : this.isInteger[i] === 1) this.integers[i] = BigInt(this.values[i]);
      }
    }
    this.integers[this.size - 1] = value;
  }

  build(): Series {
    const { size } = this;
    const full = size === this.timestamps.length;
    return {
      size,
      timestamps: full ? this.timestamps : this.timestamps.subarray(0, size),
      values: full ? this.values : this.values.subarray(0, size),
      isInteger: this.isInteger?.subarray(0, size) ?? null,
      allIntegers: this.allIntegers,
      integers: this.integers?.subarray(0, size) ?? null,
    };
  }

  private add(timestamp: number, value: number, integer: boolean): void {
    const at = this.size;
    if (at === this.timestamps.length) this.grow();
    this.timestamps[at] = timestamp;
    this.values[at] = value;
    if (at === 0) {
      this.allIntegers = integer;
    } else if (this.isInteger !== null) {
      this.isInteger[at] = integer ? 1 : 0;
    } else if (integer !== this.allIntegers) {
      this.isInteger = new Uint8Array(this.timestamps.length).fill(this.allIntegers ? 1 : 0, 0, at);
      this.isInteger[at] = integer ? 1 : 0;
      this.allIntegers = false;
    }
    this.size = at + 1;
  }

  private grow(): void {
    const capacity = this.timestamps.length * 2;
    const copy = <T extends Float64Array | Uint8Array | BigInt64Array>(from: T, to: T): T => {
      if (from instanceof BigInt64Array) (to as BigInt64Array).set(from);
      else (to as Float64Array | Uint8Array).set(from);
      return to;
    };
    const { pool } = this;
    const larger = pool?.take(capacity) ?? { timestamps: new Float64Array(capacity), values: new Float64Array(capacity) };
    this.timestamps = copy(this.timestamps, larger.timestamps);
    this.values = copy(this.values, larger.values);
    if (pool !== null && this.pooled !== null) pool.give(this.pooled);
    if (pool !== null) this.pooled = larger;
    if (this.isInteger !== null) this.isInteger = copy(this.isInteger, new Uint8Array(capacity));
    if (this.integers !== null) this.integers = copy(this.integers, new BigInt64Array(capacity));
  }
}
