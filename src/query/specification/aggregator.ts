/** How a series without a point at an output time takes part there. */
export type Interpolation = 'lerp' | 'zero' | 'max' | 'min' | 'previous';

/**
 * One aggregation function. Its inputs are a stretch of a scratch array in the order in which the original feeds them:
 * span order across series, time order inside a bucket.
 */
export interface Aggregator {
  readonly name: string;
  readonly interpolation: Interpolation;
  /** The floating and the integer path add the values up from 0, one after the other, NaN left out. */
  readonly adds?: true;
  /** The floating path over `values[from..to)`, at least one value. NaN handling is each function's own. */
  runDouble(values: Float64Array, from: number, to: number): number;
  /**
   * The integer path over safe integers `values[from..to)`, at least one.
   * NaN says that an intermediate result left the safe range: the caller must take `runBigInt`.
   */
  runLong(values: Float64Array, from: number, to: number): number;
  /** The integer path over `values[0..count)`, exact, wrapping at 64 bits. */
  runBigInt(values: BigInt64Array, count: number): bigint;
}
