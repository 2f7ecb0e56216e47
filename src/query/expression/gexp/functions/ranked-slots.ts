import type { Slots } from './highest';

/** A number for each slot to rank it by, integers and floats apart, since the original keeps them apart: what both selections have in common. */
export abstract class RankedSlots implements Slots {
  abstract readonly name: string;
  readonly interpolation = 'lerp';
  private anyLong = false;
  private anyDouble = false;

  protected constructor(
    protected readonly longs: Float64Array,
    protected readonly doubles: Float64Array,
  ) {}

  /** Takes the slots' integers at one time, `values[from..to)`. */
  protected abstract takeLongs(values: Float64Array, from: number, to: number): void;
  /** The same of floats. */
  protected abstract takeDoubles(values: Float64Array, from: number, to: number): void;

  runDouble(values: Float64Array, from: number, to: number): number {
    this.anyDouble = true;
    this.takeDoubles(values, from, to);
    return 0;
  }

  runLong(values: Float64Array, from: number, to: number): number {
    this.anyLong = true;
    this.takeLongs(values, from, to);
    return 0;
  }

  runBigInt(values: BigInt64Array, count: number): bigint {
    this.runLong(Float64Array.from(values.subarray(0, count), Number), 0, count);
    return 0n;
  }

  ranks(): Float64Array {
    if (!this.anyLong) return this.doubles;
    if (!this.anyDouble) return this.longs;
    return this.longs.map((long, i) => Math.max(long, this.doubles[i]));
  }
}
